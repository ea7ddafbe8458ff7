# B15: all that the state of a group says, to a program and to a person, with each word of its status.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 10 per-server
    mobile_app 10 per-server needs sip_number
    LICENSE_ACS 5 per-device
    LICENSE_OLD 5 per-channel until 2026-11-10T00:00:00Z
    LICENSE_NEW 5 per-channel from 2027-01-01T00:00:00Z
    web_dialer feature until 2027-06-01T00:00:00Z
    ukey2 feature from 2027-01-01T00:00:00Z
    siri feature
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create G
$ licet group create G/H
$ licet allocate G --restricted --package 'now sip_number=6 mobile_app=6 web_dialer ukey2' --package 'soon until=2026-12-01 sip_number=3' --package 'old until=2026-11-10 LICENSE_OLD=2' --package 'new from=2027-01-01 LICENSE_NEW=2'
$ licet allocate G/H --restricted --package 'own sip_number=4'
$ licet consume G sip_number n1 n2 n3
$ licet consume G mobile_app m1
clock 2026-11-25T00:00Z

# To a program: every field.
$ licet state G --json
    …"activatable": null,
    …"available": 6,
    …"bottleneck": "G",
    …"maximum": 9,
    …"name": "sip_number",
    …"next": {
    …"maximum": 6,
    …"when": 1796083200000
    …"notice": null,
    …"over": 0,
    …"own_limit": 9,
    …"status": "on",
    …"suspended": 0,
    …"unallocated": 5,
    …"until": null,
    …"used": 3
    …"activatable": 5,
    …"name": "mobile_app",

# To a person: the same, and each word.
$ licet state G
    RESOURCE STATUS MAXIMUM USED AVAILABLE ACTIVATABLE OWN LIMIT UNALLOCATED BOTTLENECK NEXT MAXIMUM
    sip_number on 9 3 6 9 5 G 6 at 2026-12-01T00:00Z
    mobile_app on 6 1 5 5 6 6 G
    LICENSE_ACS off 0 0 0 0 0 G
    LICENSE_OLD expired 0 0 0 0 0 G
    LICENSE_NEW not_yet_valid 0 0 0 0 0 G 2 at 2027-01-01T00:00Z
    FEATURE STATUS UNTIL
    web_dialer on 2027-06-01T00:00Z
    ukey2 not_yet_valid
    siri off
$ licet group block G
$ licet state G
    sip_number blocked 9 3 6 9 5 G 6 at 2026-12-01T00:00Z
    web_dialer blocked…
$ licet group unblock G

# What is too much, and who loses by it.
$ licet allocate G --restricted --force --package 'less sip_number=2'
$ licet state G sip_number
    RESOURCE STATUS MAXIMUM USED AVAILABLE OWN LIMIT UNALLOCATED OVER SUSPENDED…
    sip_number on 2 3 0 2 0 1 1 G
