# Moves: a dealer's building changes hands, with what is suspended in it (X04, X01).

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 100 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create North
$ licet group create North/East
$ licet group create North/West
$ licet group create North/East/b1
$ licet consume North/East/b1 sip_number e1
$ licet consume North/East/b1 sip_number e2
$ licet consume North/East/b1 sip_number e3
$ licet consume North/West sip_number w1
$ licet consume North/West sip_number w2
$ licet allocate North/East --restricted --package 'base sip_number=1' --force
$ licet allocate North --restricted --package 'base sip_number=3' --force
= North sip_number 3/5/0 until never over 2 suspended 2
$ licet access sip_number e2
    no: LIMIT_REACHED at North/East
$ licet access sip_number w2
    yes

# Out of East the building's units are the older ones of North.
$1 licet group move North/East/b1 North/West --preview
    - LIMIT_BELOW_USED sip_number at North: 5 used, the limit would be 3
    would lose access: sip_number w1, sip_number w2
$1 licet group move North/East/b1 North/West
    - LIMIT_BELOW_USED sip_number at North: 5 used, the limit would be 3
    what would help: release units until 3 are used, or save with force
    would lose access: sip_number w1, sip_number w2
$ licet group move North/East/b1 North/West --force --preview
    would be accepted; nothing was changed
    would lose access: sip_number w1, sip_number w2
$ licet group move North/East/b1 North/West --force
= North/East sip_number 1/0/0 until never
= North/West sip_number 3/5/0 own unlimited until never over 2 suspended 2
$ licet access sip_number e3
    yes
$ licet access sip_number w1
    no: LIMIT_REACHED at North

# Where it may not go.
$1 licet group move North North/West/b1
    - CYCLE at North/West/b1
$1 licet group move North/East/b1 /
    - UNKNOWN_GROUP North/East/b1
$ licet group create South
$ licet allocate South --restricted --package 'base sip_number=2'
$1 licet group move North/West/b1 South
    - LIMIT_BELOW_USED sip_number at South: 3 used, the limit would be 2
    would lose access: sip_number e3
$ licet allocate North/East --keep --unrestricted
$ licet allocate North/West/b1 --restricted --package 'base sip_number=3'
$1 licet group move North/West/b1 South
    - CHILD_EXCEEDS_ANCESTOR sip_number at South: 3 wanted, at most 2
    - OVERSUBSCRIBED sip_number at South: 3 in all, at most 2
    - LIMIT_BELOW_USED sip_number at South: 3 used, the limit would be 2

# The licences may be made to fit first; then it goes, and those in West have room again.
$ licet allocate South --restricted --package 'base sip_number=5'
$ licet group move North/West/b1 South
= South sip_number 5/3/2 until never
= South/b1 sip_number 3/3/0 until never
= North sip_number 3/2/1 until never
$ licet access sip_number w1
    yes
$ licet group move South/b1 South
    nothing to do: it is so already

# Its own administrator finds it by its new path, and nobody by the old one.
$ licet key new keeper keeper.key > keeper.vkey
$ licet actor enrol keeper keeper.vkey --role site_admin --group South/b1
$ licet group create South/b1/apt-1 --key keeper.key
$ licet group update South/b1 --name b7 --label building
$ licet group create South/b7/apt-2 --key keeper.key
$1 licet group update South/b7 --name b8 --key keeper.key
    licet: refused: FORBIDDEN…
$ licet log South/b7 --key keeper.key
    … group_update group=South/b1 name=b7…
    … group_creation group=South/b7/apt-2
$ licet log South/b7
    … group_creation group=North/East/b1
    … group_move group=North/East/b1 parent=North/West…
    … group_move group=North/West/b1 parent=South…
    … group_creation group=South/b1/apt-1
    … group_creation group=South/b7/apt-2
$1 licet state South/b1
    licet: NOT_FOUND…
