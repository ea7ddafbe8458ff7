# People: a user in three groups, one of which expires; an assignment whose window ends; and what
# the user may do meanwhile (B26, B32 to B37, B42).

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 100 per-server
    mobile_app 100 per-server needs sip_number
    remote_door_opening feature
    guest_access feature
    elevator feature
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create home
$ licet group create work
$ licet group create club
$ licet allocate home --restricted --package 'base sip_number=5 mobile_app=5 remote_door_opening guest_access elevator'
$ licet allocate work --restricted --package 'base sip_number=4 mobile_app=4 remote_door_opening guest_access'
$ licet allocate club --restricted --package 'year until=2026-12-01 sip_number=3 mobile_app=3 remote_door_opening guest_access elevator'
$ licet user create maria home
$ licet member add maria work
$ licet member add maria club

# The least of three groups counts, and the unit is charged to one of them.
$ licet user maria
    sip_number 3 0 3 club
    remote_door_opening on…
    guest_access on…
    elevator off…
$1 licet consume home sip_number 7 --user peter
    - UNKNOWN_USER peter
$ licet consume home sip_number 1001 --user maria
$ licet consume home mobile_app phone --user maria
$ licet consume work sip_number 1002 --user maria
= home sip_number 5/1/4 until never
= work sip_number 4/1/3 until never
= club sip_number 3/0/3 until 2026-12-01 next 2026-12-01 0
$ licet access maria sip.call
    yes
$ licet access maria door.open
    yes
$ licet access maria guest.manage
    yes
$ licet access maria elevator.call
    no: FEATURE_OFF at work
$ licet access admin elevator.configure --group home
    yes
    group home
$ licet access admin elevator.configure --group work
    no: FEATURE_OFF at work
$2 licet access sip_number 1001 --group home
    licet: --group is for actions…

# The club's year is over: its windows hold for the user everywhere, though not for its neighbours.
clock 2026-11-30T23:59:59.999Z
$ licet access sip_number 1001
    yes
clock 2026-12-01T00:00Z
$ licet access sip_number 1001
    no: STRICTEST_GROUP at club
$ licet access maria door.open
    no: EXPIRED at club
$ licet access maria guest.manage
    no: EXPIRED at club
$1 licet consume home sip_number 1003 --user maria
    licet: refused: STRICTEST_GROUP…
    - STRICTEST_GROUP sip_number at club: 2 of 0 used
$ licet consume home sip_number 1004
= home sip_number 5/2/3 until never
$ licet member remove maria club
$ licet access sip_number 1001
    yes
$ licet access maria door.open
    yes
$ licet user maria
    sip_number 4 2 2 work

# An assignment narrows one group for one user, while its window lasts.
$1 licet assign maria home sip_number=6 mobile_app=1
    - USER_EXCEEDS_GROUP sip_number at home: 6 wanted, at most 5
$ licet assign maria home sip_number=2 mobile_app=1 remote_door_opening --until 2027-01-01
$ licet user maria
    in home, at most sip_number=2 mobile_app=1 remote_door_opening until 2027-01-01T00:00Z
    sip_number 2 2 0 home assignment
    remote_door_opening on 2027-01-01T00:00Z
    guest_access off…
$1 licet consume home sip_number 1005 --user maria
    - USER_LIMIT sip_number at home: 2 of 2 used
$ licet access maria guest.manage
    no: FEATURE_OFF at home
clock 2026-12-31T23:59:59.999Z
$ licet access maria door.open
    yes
$ licet access sip_number 1002
    yes
clock 2027-01-01
$ licet access maria door.open
    no: EXPIRED at home
$ licet access sip_number 1002
    no: USER_LIMIT at home
$ licet unassign maria home
$ licet access maria door.open
    yes

# Views and settings are open, until the server is limited.
$ licet access maria video.view
    yes
$ licet access admin settings.network
    yes
