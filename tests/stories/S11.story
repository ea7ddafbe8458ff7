# S11 Life of the limited mode: what enters it, what is open meanwhile, and what leaves it.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 100 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet software updated 4.6 --eula 1
$ licet mode
    mode limited
    reason eula_not_accepted
    eula_version 1
    software_version 4.6
$ licet license upload license.note
$ licet mode
    mode limited
    reason license_updated

# Old clients stay out, new ones connect; views and settings are closed but for the way out.
$ licet connect 4.4.9
    no: CLIENT_TOO_OLD
$ licet connect nonsense
    no: CLIENT_TOO_OLD
$ licet connect 4.5.0
    yes, with the restrictions of limited mode
$ licet access admin video.view
    no: LIMITED_MODE at /
$ licet access admin settings.network
    no: LIMITED_MODE at /
$ licet access admin settings.license
    yes
$ licet access admin settings.eula
    yes
$1 licet allocate / --keep --oversubscribed
    licet: refused: LIMITED_MODE…
$1 licet group create SmartHome
    licet: refused: LIMITED_MODE…
$ licet eula accept 1
$ licet mode
    mode normal
$ licet connect 4.4.9
    yes
$ licet access admin video.view
    yes

# The password of Admin; then software, at first with the same EULA.
$ licet password changed Admin
$ licet mode
    mode limited
    reason password_changed
$ licet software updated 4.7 --eula 1
$ licet mode
    reason password_changed
    software_version 4.7
$ licet software updated 4.8 --eula 2
$ licet mode
    reason eula_changed
    eula_version 2
$1 licet eula accept 1
    licet: refused: EULA_VERSION_MISMATCH…
$ licet mode
    mode limited
$ licet eula accept 2
$ licet mode
    mode normal

# One trigger, accepted, and another one.
$ licet password changed Admin
$ licet eula accept 2
$ licet software updated 4.9 --eula 3
$ licet mode
    mode limited
    reason eula_changed
$ licet eula accept 3

# Two triggers, and accepted once.
$ licet software updated 5.0 --eula 4
$ licet password changed Admin
$ licet mode
    reason password_changed
$ licet eula accept 4
$ licet mode
    mode normal

# What is no trigger.
$ licet password changed operator
$ licet password changed admin
$1 licet license upload license.note
    licet: refused: ALREADY_CURRENT…

file newer.txt
    licet license v1
    server cam-hq.example
    serial 2
    sip_number 200 per-server
$ licet vendor sign newer.txt --key vendor.key --output newer.note
flip newer.note
$1 licet license upload newer.note
    licet: refused: BAD_SIGNATURE…
$ licet mode
    mode normal
= / sip_number 100/0/100 until never
