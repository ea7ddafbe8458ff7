# S9 Shrink below used: refused with names, forced with suspension, mended by releases.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 100 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create G
$ licet allocate G --restricted --package 'base sip_number=10'
$ licet consume G sip_number n1
$ licet consume G sip_number n2 n3 n4 n5 n6 n7 n8
= G sip_number 10/8/2 until never

$1 licet allocate G --restricted --package 'base sip_number=6' --preview
    - LIMIT_BELOW_USED sip_number at G: 8 used, the limit would be 6
    would lose access: sip_number n7, sip_number n8
$1 licet allocate G --restricted --package 'base sip_number=6'
    - LIMIT_BELOW_USED sip_number at G: 8 used, the limit would be 6
    what would help: leave 8 of sip_number to G, release until 6 are used, or use force
    would lose access: sip_number n7, sip_number n8
$ licet allocate G --restricted --package 'base sip_number=6' --force
= G sip_number 6/8/0 until never over 2 suspended 2
$ licet access sip_number n6
    yes
$ licet access sip_number n7
    no: LIMIT_REACHED at G
$ licet access sip_number n8
    no: LIMIT_REACHED at G
$1 licet consume G sip_number n9
    - LIMIT_REACHED sip_number at G: 8 of 6 used
$ licet release sip_number n3
= G sip_number 6/7/0 until never over 1 suspended 1
$ licet access sip_number n7
    yes
$ licet access sip_number n8
    no: LIMIT_REACHED at G
$ licet release sip_number n1
= G sip_number 6/6/0 until never
