# X14 A file of many commands: looked at, stopped at what is refused, mended, and taken up again.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 100 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1

file house.txt
    group create House --label building
    allocate House --restricted --package 'all sip_number=3'
    {"command": "group create", "path": "House/1", "label": "flat"}
    group create House/2 --label flat
    user create u-1 House/1
    begin
    consume House/1 sip_number 101 102 --user u-1
    consume House/2 sip_number 201 202
    commit
    user create u-2 House/2

# What one line leaves is what the next is looked at upon.
$1 licet apply house.txt --preview
    house.txt:1: would be accepted
    house.txt:5: would be accepted
    house.txt:10: would be accepted
    house.txt:8: refused: LIMIT_REACHED: …
    - LIMIT_REACHED sip_number at House: 3 of 3 used
$1 licet apply house.txt
    5 accepted, 1 refused, 1 left in …
    house.txt:8: refused: LIMIT_REACHED: …
= House sip_number 3/0/3 until never

# All or nothing was nothing, and nothing stands behind it.
$1 licet user u-2
$ licet allocate House --package 'all sip_number=4'
$ licet apply house.txt
    2 accepted, 5 done before in …
= House sip_number 4/4/0 until never
$ licet apply house.txt
    0 accepted, 7 done before in …
= House sip_number 4/4/0 until never

# One wrong line, and nothing is sent.
file wrong.txt
    group create Yard
    group creat Yard/1
    consume Yard sip_number
$2 licet apply wrong.txt
    wrong.txt:2: 'group' is not a command that proposes
    wrong.txt:3: 'consume' wants more arguments
    licet: 2 lines are not right; nothing was sent
$1 licet state Yard
