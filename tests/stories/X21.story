# X21 and the forecast: who holds a unit, what ends soon, where it gets tight, what is to come.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 20 per-server
    sip_number 5 per-server until 2027-06-01T00:00:00Z
    web_dialer feature
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create D
$ licet group create D/a
$ licet group create D/b
$ licet group create E
actor dealer site_admin D
$ licet allocate D --restricted --package 'all sip_number=20 web_dialer'
$ licet allocate D/a --restricted --package 'late until=2026-12-15 sip_number=2 web_dialer' --package 'soon until=2026-11-20 sip_number=3'
$ licet allocate D/b --restricted --package 'new from=2026-11-10 until=2026-11-25 sip_number=4'
$ licet user create maria D/a
$ licet assign maria D/a sip_number=2 --until 2026-11-22
$ licet consume D/a sip_number 1001 --user maria
$ licet consume D/a sip_number 1002 1003 1004
$ licet consume E sip_number 2001

# Who holds a unit: what lies out of sight reads as what nobody holds.
clock 2026-11-02
$ licet who sip_number 1001
    group D/a
    user maria
    since 2026-11-01T00:00Z
$ licet who sip_number 2001
    group E
$ licet who sip_number 2001 --key keys/dealer.key
    nobody, as far as this key may see
$ licet who sip_number 9999 --key keys/dealer.key
    nobody, as far as this key may see
$ licet who nothing 9999 --key keys/dealer.key
    nobody, as far as this key may see

# What ends soon, in the order of the ends; exactly at the edge it still counts.
$ licet expiring
    UNTIL WHAT NAME USER GROUP
    2026-11-20T00:00Z package soon D/a
    2026-11-22T00:00Z assignment maria D/a
    2026-11-25T00:00Z package new D/b
$ licet expiring --within 18d --group D/a --key keys/dealer.key
    2026-11-20T00:00Z package soon D/a
$ licet expiring --within 17d --json
    "ends": []
$ licet expiring --within 300d
    2026-12-15T00:00Z package late D/a
    2027-06-01T00:00Z entry sip_number /
$ licet expiring --within 300d --key keys/dealer.key --json
    "name": "soon",
    "user": "maria"
    "name": "late",
$1 licet expiring --group E --key keys/dealer.key
    licet: FORBIDDEN…

# Where it gets tight: 4 of 5 is 80 %.
$ licet tight
    GROUP RESOURCE USED LIMIT PERCENT
    D/a sip_number 4 5 80
$ licet consume D/a sip_number 1005
clock 2026-11-20
$ licet tight --key keys/dealer.key
    D/a sip_number 5 2 250 3
$1 licet tight --group E --key keys/dealer.key
    licet: FORBIDDEN…

# What is to come, and until when today's use fits.
$ licet forecast D/a
    RESOURCE MAXIMUM USED FITS UNTIL
    sip_number 2 5 2026-11-20T00:00Z
    WHEN NAME MAXIMUM DECIDED BY OVER
    2026-12-15T00:00Z sip_number 0 D/a 5
    2026-12-15T00:00Z web_dialer off D/a
$ licet forecast D/b --key keys/dealer.key
    sip_number 4 0
    2026-11-25T00:00Z sip_number 0 D/b
$ licet forecast / sip_number
    sip_number 25 6
    2027-06-01T00:00Z sip_number 20 /
$ licet forecast D web_dialer
    nothing changes by itself
$1 licet forecast E --key keys/dealer.key
    licet: FORBIDDEN…
$1 licet forecast D nothing
    licet: NOT_FOUND: nothing…
