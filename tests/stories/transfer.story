# X20: a phone is replaced, a flat gets another tenant, and what is bound goes along.

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
$ licet user create peter Home
$ licet consume Home sip_number 1001 --user maria
$ licet consume Home sip_number 1002 --user maria
$ licet consume Home mobile_app phone-1 --user maria

# The new phone takes the place of the old one.
$ licet transfer mobile_app phone-1 --to-unit phone-2 --reason 'the old one is broken'
$ licet access mobile_app phone-2
    yes
    user maria
    bound to sip_number 1001
$ licet access mobile_app phone-1
    no: NOT_HELD
$1 licet transfer sip_number 1002 --to-unit 1001
    licet: refused: UNIT_HELD: the unit is held already
    - UNIT_HELD 1001 at Home

# A suspended one keeps its place in the order, and what suspends it.
$ licet allocate Home --restricted --force --package 'main sip_number=1 mobile_app=1'
$ licet transfer sip_number 1002 --to-unit 0002
$ licet holdings --resource sip_number
    … sip_number 1001 Home maria mobile_app phone-2 yes
    … sip_number 0002 Home maria suspended
$ licet allocate Home --restricted --package 'main sip_number=2 mobile_app=1'
$ licet access sip_number 0002
    yes

# Another tenant gets the number, and the app with it.
$1 licet transfer sip_number 1001 --to-user paul
    - UNKNOWN_USER paul
$ licet transfer sip_number 1001 --to-user peter
$ licet holdings --user peter
    … sip_number 1001 Home peter mobile_app phone-2 yes
    … mobile_app phone-2 Home peter sip_number 1001 yes
$ licet assign peter Home sip_number=1 mobile_app=1
$1 licet transfer sip_number 0002 --to-user peter
    - USER_LIMIT sip_number at Home: 1 of 1 used

# To one who may not read there it is said that the unit is held, and not by whom (X15).
$ licet group create Other
actor porter agent Other
$1 licet consume Other sip_number 1001
    - UNIT_HELD 1001 at Home
$1 licet consume Other sip_number 1001 --key keys/porter.key
    - UNIT_HELD 1001
$1 licet transfer sip_number 1001 --to-unit 7 --key keys/porter.key
    - NOT_HELD 1001
