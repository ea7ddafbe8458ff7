# X18 A notice is raised once when the use of a limit reaches 80, 95 or 100 %, and when it is over.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 500 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create G
$ licet allocate G --restricted --package 'P until=2026-12-01 sip_number=20'
$ licet consume G sip_number n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 n12 n13 n14 n15
$ licet consume G sip_number n16
$ licet watch G --since 7 --count 1
    7  2026-11-01T00:00Z  G  sip_number 20/16/4 on
    7  2026-11-01T00:00Z  G  sip_number NOTICE 80 % of the limit: 16 of 20 used
$ licet release sip_number n16
$ licet consume G sip_number n16
$ licet state G --json
    "notice":…
    "mark": "80"…
    "seq": 7…
$ licet consume G sip_number n17 n18 n19
$ licet watch G --since 8 --count 1
    10  2026-11-01T00:00Z  G  sip_number 20/19/1 on
    10  2026-11-01T00:00Z  G  sip_number NOTICE 95 % of the limit: 19 of 20 used
$ licet consume G sip_number n20
$ licet watch G --since 11 --count 1
    11  2026-11-01T00:00Z  G  sip_number NOTICE 100 % of the limit: 20 of 20 used
clock 2026-12-01
$ licet watch G --since 12 --count 1
    12  2026-12-01T00:00Z  G  sip_number 0/20/0 expired, over by 20, 20 suspended
    12  2026-12-01T00:00Z  G  sip_number NOTICE over the limit: 20 of 0 used
