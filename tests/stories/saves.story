# Saves: of two from one version one wins; restriction off and on; what a save is warned of; more
# for those below than there is, only by who stands above (B14, B19, B23, B25, X10).

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 100 per-server
    web_dialer feature
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create Dealer
$ licet group create Dealer/House
$ licet group create Dealer/House/apt-1
$ licet group create Dealer/House/apt-2
$ licet key new dealer dealer.key > dealer.vkey
$ licet actor enrol dealer dealer.vkey --role site_admin --group Dealer
$ licet key new keeper keeper.key > keeper.vkey
$ licet actor enrol keeper keeper.vkey --role site_admin --group Dealer/House

# Two people save from version 0.
$ licet allocate Dealer --version 0 --restricted --package 'year until=2027-01-01 sip_number=10 web_dialer'
$1 licet allocate Dealer --version 0 --restricted --package 'mine sip_number=50'
    licet: refused: VERSION_CONFLICT: the group was saved since the version this was made from
    - VERSION_CONFLICT at Dealer: made from version 0, now 1
    what would help: read Dealer again and save from version 1
= Dealer sip_number 10/0/10 until 2027-01-01 next 2027-01-01 0

# A package that lasts longer than the dealer's is accepted, and said to be clipped.
$ licet allocate Dealer/House --key dealer.key --restricted --package 'long sip_number=8' --preview
    would be accepted; nothing was changed
    warning: long is clipped: Dealer has nothing from 2027-01-01T00:00Z on
$ licet allocate Dealer/House --key dealer.key --restricted --package 'long sip_number=8'
    accepted as event…
    warning: long is clipped: Dealer has nothing from 2027-01-01T00:00Z on
= Dealer/House sip_number 8/0/8 until 2027-01-01 next 2027-01-01 0

# More in all than the house has: the house's own administrator may not allow it.
$ licet allocate Dealer/House/apt-1 --key keeper.key --restricted --package 'base until=2027-01-01 sip_number=5'
$1 licet allocate Dealer/House/apt-2 --key keeper.key --restricted --package 'base until=2027-01-01 sip_number=5'
    - OVERSUBSCRIBED sip_number at Dealer/House: 10 in all, at most 8
$1 licet allocate Dealer/House --keep --oversubscribed --key keeper.key
    licet: refused: FORBIDDEN…
$ licet allocate Dealer/House --keep --oversubscribed --key dealer.key
$ licet allocate Dealer/House/apt-2 --key keeper.key --restricted --package 'base until=2027-01-01 sip_number=5'
$1 licet allocate Dealer/House --keep --not-oversubscribed --key dealer.key
    - OVERSUBSCRIBED sip_number at Dealer/House: 10 in all, at most 8

# Below what the flats have: refused by name, forced it clips them.
$1 licet allocate Dealer/House --key dealer.key --restricted --oversubscribed --package 'long sip_number=4'
    - CHILD_EXCEEDS_ANCESTOR sip_number at Dealer/House: 5 wanted, at most 4
$ licet allocate Dealer/House --key dealer.key --restricted --oversubscribed --force --package 'long sip_number=4'
= Dealer/House/apt-1 sip_number 4/0/4 until 2027-01-01 next 2027-01-01 0

# Restriction off keeps the packages; on again asks about what was taken meanwhile.
$ licet allocate Dealer/House/apt-1 --keep --unrestricted --key keeper.key
= Dealer/House/apt-1 sip_number 4/0/4 own unlimited until 2027-01-01 next 2027-01-01 0
$ licet allocate Dealer/House --keep --unrestricted --key dealer.key
$ licet consume Dealer/House/apt-1 sip_number 1 2 3 4 5 6
= Dealer/House sip_number 10/6/4 own unlimited until 2027-01-01 next 2027-01-01 0
$ licet allocate Dealer/House/apt-2 --keep --unrestricted --key keeper.key
$1 licet allocate Dealer/House --keep --restricted --key dealer.key
    - LIMIT_BELOW_USED sip_number at Dealer/House: 6 used, the limit would be 4
    would lose access: sip_number 5, sip_number 6
$ licet allocate Dealer/House --keep --restricted --force --key dealer.key
= Dealer/House sip_number 4/6/0 until 2027-01-01 next 2027-01-01 0 over 2 suspended 2
