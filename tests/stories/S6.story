# S6 Overlapping windows: counts add up while they overlap, and who came first stays.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 500 per-server
    sip_trunks feature
    ukey2 feature
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create G
$ licet allocate G --restricted --package 'P1 from=2027-01-01 until=2027-07-01 sip_number=10 sip_trunks' --package 'P2 from=2027-06-01 until=2027-09-01 sip_number=5 ukey2'
$ licet forecast G
    WHEN NAME MAXIMUM DECIDED BY
    2027-01-01T00:00Z sip_number 10 G
    2027-01-01T00:00Z sip_trunks on
    2027-06-01T00:00Z sip_number 15 G
    2027-06-01T00:00Z ukey2 on
    2027-07-01T00:00Z sip_number 5 G
    2027-07-01T00:00Z sip_trunks off G
    2027-09-01T00:00Z sip_number 0 G
    2027-09-01T00:00Z ukey2 off G

clock 2026-12-31T23:59:59.999Z
= G sip_number 0/0/0 until 2027-09-01 next 2027-01-01 10 not_yet_valid
clock 2027-01-01
= G sip_number 10/0/10 until 2027-09-01 next 2027-06-01 15
clock 2027-05-31
$ licet state G
    sip_trunks on…
    ukey2 not_yet_valid…
clock 2027-06-01
= G sip_number 15/0/15 until 2027-09-01 next 2027-07-01 5
clock 2027-06-15
$ licet state G
    sip_trunks on…
    ukey2 on…
$ licet consume G sip_number n1
$ licet consume G sip_number n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 n12
= G sip_number 15/12/3 until 2027-09-01 next 2027-07-01 5
$ licet forecast G sip_number
    sip_number 15 12 2027-07-01T00:00Z
    2027-07-01T00:00Z sip_number 5 G 7
    2027-09-01T00:00Z sip_number 0 G 12

clock 2027-07-01T00:00Z
= G sip_number 5/12/0 until 2027-09-01 next 2027-09-01 0 over 7 suspended 7
$ licet state G
    sip_trunks expired…
    ukey2 on…
$ licet access sip_number n5
    yes
$ licet access sip_number n6
    no: LIMIT_REACHED at G
$1 licet consume G sip_number n13
    - LIMIT_REACHED sip_number at G: 12 of 5 used…
clock 2027-07-02
$ licet release sip_number n2
$ licet access sip_number n6
    yes
$ licet access sip_number n7
    no: LIMIT_REACHED at G
clock 2027-07-10
$ licet allocate G --keep --package 'P3 from=2027-07-10 until=2028-01-01 sip_number=20'
= G sip_number 25/11/14 until 2028-01-01 next 2027-09-01 20
$ licet access sip_number n12
    yes
clock 2027-09-01
= G sip_number 20/11/9 until 2028-01-01 next 2028-01-01 0
$ licet state G
    sip_trunks expired…
    ukey2 expired…
