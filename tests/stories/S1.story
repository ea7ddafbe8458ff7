# S1 Seed arithmetic: what a group may use is the least on the way up, and windows end on time.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 500 per-server
    web_dialer feature
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1

$ licet group create SmartHome
$ licet group create 'SmartHome/A Residence'
$ licet group create 'SmartHome/A Residence/apt-11'
$ licet group create 'SmartHome/A Residence/apt-12'
$ licet allocate SmartHome --restricted --package 'base sip_number=50 web_dialer'
$ licet allocate 'SmartHome/A Residence' --restricted --package 'base until=2026-12-01 sip_number=50'
$ licet allocate 'SmartHome/A Residence/apt-12' --restricted --package 'base until=2026-12-01 sip_number=50'
$ licet state 'SmartHome/A Residence/apt-11'
    SmartHome/A Residence/apt-11: unrestricted, version 0
$ licet state SmartHome
    SmartHome: restricted, version 1
    package base: sip_number=50 web_dialer
    web_dialer on

clock 2026-11-25T00:00Z
$ licet user create maria 'SmartHome/A Residence/apt-11'
$ licet consume 'SmartHome/A Residence/apt-11' sip_number 1001 --user maria
    accepted as event …
= SmartHome sip_number 50/1/49 until never
= SmartHome/A Residence sip_number 50/1/49 until 2026-12-01 next 2026-12-01 0
= SmartHome/A Residence/apt-12 sip_number 50/0/49 until 2026-12-01 next 2026-12-01 0

clock 2026-11-30T23:59:59.999Z
$ licet access sip_number 1001
    yes
clock 2026-12-01T00:00:00.000Z
= SmartHome sip_number 50/1/49 until never suspended 1
= SmartHome/A Residence sip_number 0/1/0 until never expired over 1 suspended 1
= SmartHome/A Residence/apt-12 sip_number 0/0/0 until never expired
$ licet access sip_number 1001
    no: EXPIRED at SmartHome/A Residence…

$ licet allocate 'SmartHome/A Residence' --restricted --package 'base until=2027-12-01 sip_number=50'
$ licet allocate 'SmartHome/A Residence/apt-12' --restricted --package 'base until=2027-12-01 sip_number=50'
= SmartHome/A Residence sip_number 50/1/49 until 2027-12-01 next 2027-12-01 0
= SmartHome/A Residence/apt-12 sip_number 50/0/49 until 2027-12-01 next 2027-12-01 0
$ licet access sip_number 1001
    yes
