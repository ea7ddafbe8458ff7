# Blocks: switched off in two places, and on again one by one (X12).

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 10 per-server
    web_dialer feature
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create Dealer
$ licet group create Dealer/House
$ licet group create Dealer/House/apt-1
$ licet allocate Dealer --restricted --package 'base sip_number=4 web_dialer'
$ licet consume Dealer/House/apt-1 sip_number 1
$ licet consume Dealer sip_number 2

$ licet group block Dealer/House --reason 'unpaid'
$ licet group block Dealer/House
    nothing to do: it is so already
$ licet access sip_number 1
    no: BLOCKED at Dealer/House
$ licet access sip_number 2
    yes
$1 licet consume Dealer/House/apt-1 sip_number 3
    licet: refused: BLOCKED: the group is blocked
    - BLOCKED sip_number at Dealer/House
    what would help: unblock Dealer/House
$ licet consume Dealer/House/apt-1 sip_number 1
    the unit is held, and gives no access now

# Limits and use are as they were.
= Dealer sip_number 4/2/2 until never
= Dealer/House/apt-1 sip_number 4/1/2 own unlimited until never blocked
$ licet state Dealer/House/apt-1
    web_dialer blocked…

$ licet tree Dealer
    Dealer restricted…
    Dealer/House unrestricted, blocked…
    Dealer/House/apt-1 unrestricted…
$ licet group block Dealer
$1 licet consume Dealer/House/apt-1 sip_number 3
    - BLOCKED sip_number at Dealer/House
    - BLOCKED sip_number at Dealer
$ licet group unblock Dealer/House
$ licet access sip_number 1
    no: BLOCKED at Dealer
$ licet release sip_number 2
$ licet group unblock Dealer
$ licet access sip_number 1
    yes
$ licet consume Dealer/House/apt-1 sip_number 3
= Dealer sip_number 4/2/2 until never
