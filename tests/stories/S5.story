# S5 Unrestricted groups and over-allocation: what is free above is free below, once.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 100 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create R1
$ licet group create R2
$ licet group create R2/A
$ licet group create R2/B
$ licet allocate R2 --restricted --package 'base sip_number=30'
$ licet allocate R2/A --restricted --package 'base sip_number=20'
= R1 sip_number 100/0/100 own unlimited until never
= R2/B sip_number 30/0/30 until never

file 15.txt
    consume R2/B sip_number b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15
$ licet plan 15.txt
= R2 sip_number 30/15/15 until never
= R2/A sip_number 20/0/15 until never
= R2/B sip_number 30/15/15 until never
$ licet consume R2/A sip_number a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15
= R2/A sip_number 20/15/0 until never
$1 licet consume R2/A sip_number a16
    - LIMIT_REACHED sip_number at R2: 30 of 30 used
$1 licet consume R2/B sip_number b16
    - LIMIT_REACHED sip_number at R2: 30 of 30 used

= R1 sip_number 100/0/70 own unlimited until never
file 70.txt
    consume R1 sip_number r01 r02 r03 r04 r05 r06 r07 r08 r09 r10 r11 r12 r13 r14 r15 r16 r17 r18
    consume R1 sip_number r19 r20 r21 r22 r23 r24 r25 r26 r27 r28 r29 r30 r31 r32 r33 r34 r35 r36
    consume R1 sip_number r37 r38 r39 r40 r41 r42 r43 r44 r45 r46 r47 r48 r49 r50 r51 r52 r53 r54
    consume R1 sip_number r55 r56 r57 r58 r59 r60 r61 r62 r63 r64 r65 r66 r67 r68 r69 r70
$ licet plan 70.txt
= R1 sip_number 100/70/0 own unlimited until never
$1 licet consume R1 sip_number r71
    - LIMIT_REACHED sip_number at /: 100 of 100 used

$1 licet allocate R2/A --restricted --package 'base sip_number=31'
    - CHILD_EXCEEDS_ANCESTOR sip_number at R2: 31 wanted, at most 30
$ licet group create R2/C
$1 licet allocate R2/C --restricted --package 'base sip_number=15'
    - OVERSUBSCRIBED sip_number at R2: 35 in all, at most 30
$ licet allocate R2 --keep --oversubscribed
$ licet allocate R2/C --restricted --package 'base sip_number=15'
= R2/C sip_number 15/0/0 until never
