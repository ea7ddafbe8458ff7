# B11, B12, B15, B31: a mobile app stands on a number.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 10 per-server
    mobile_app 10 per-server needs sip_number
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create Home
$ licet user create maria Home

# Nothing to stand on yet; a concierge's number is no user's.
$1 licet consume Home mobile_app app-1 --user maria
    licet: refused: NEEDED_UNIT_MISSING: no active unit of the needed resource is held
    - NEEDED_UNIT_MISSING sip_number at Home
    what would help: consume sip_number in Home first, for the same user
$ licet consume Home sip_number 1000 --user maria --purpose service
$1 licet consume Home mobile_app app-1 --user maria
    - NEEDED_UNIT_MISSING sip_number at Home

# What could be activated: the numbers that are free, and those that could be taken.
$ licet allocate Home --restricted --package 'main sip_number=3 mobile_app=3'
$ licet consume Home sip_number 1001 1002 --user maria
$ licet state Home mobile_app
    RESOURCE STATUS MAXIMUM USED AVAILABLE ACTIVATABLE OWN LIMIT UNALLOCATED BOTTLENECK
    mobile_app on 3 0 3 2 3 3 Home
$ licet consume Home mobile_app app-1 --user maria
$ licet consume Home mobile_app app-2 --user maria --needed 1002
$1 licet consume Home mobile_app app-3 --user maria
    - NEEDED_UNIT_BOUND sip_number at Home
$ licet holdings --user maria
    SEQ RESOURCE UNIT GROUP USER PURPOSE BOUND TO ACCESS
    … sip_number 1000 Home maria service yes
    … sip_number 1001 Home maria mobile_app app-1 yes
    … sip_number 1002 Home maria mobile_app app-2 yes
    … mobile_app app-1 Home maria sip_number 1001 yes
    … mobile_app app-2 Home maria sip_number 1002 yes
$ licet access mobile_app app-2
    yes
    bound to sip_number 1002

# The number is suspended: the app that stands on it gives no access, though its own count would do.
$ licet allocate Home --restricted --force --package 'main sip_number=2 mobile_app=2'
= Home mobile_app 2/2/0 own 2 until never
$ licet access mobile_app app-1
    yes
$ licet access mobile_app app-2
    no: LIMIT_REACHED at Home
$ licet holdings --resource mobile_app
    … mobile_app app-1 Home maria sip_number 1001 yes
    … mobile_app app-2 Home maria sip_number 1002 no

# A number in use goes only with what stands on it; then the next one wakes.
$1 licet release sip_number 1001
    licet: refused: UNIT_IN_USE: another unit is bound to this one
    - UNIT_IN_USE app-1 at Home
    what would help: release app-1 first, or use cascade
$ licet release sip_number 1001 --cascade
= Home sip_number 2/2/0 own 2 until never
= Home mobile_app 2/1/1 own 2 until never
$ licet access mobile_app app-2
    yes
