# Removals: a group goes with all it has, or not at all (X09).

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 10 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create Dealer
$ licet group create Dealer/House
$ licet group create Dealer/House/apt-1
$ licet allocate Dealer/House --restricted --package 'base until=2027-01-01 sip_number=5'
$ licet user create maria Dealer/House/apt-1
$ licet member add maria Dealer
$ licet key new intercom intercom.key > intercom.vkey
$ licet actor enrol intercom intercom.vkey --role agent --group Dealer/House
$ licet consume Dealer/House/apt-1 sip_number 1 --user maria --key intercom.key
$ licet consume Dealer sip_number 2
= Dealer sip_number 10/2/8 own unlimited until never

$1 licet group remove Dealer/House
    licet: refused: GROUP_NOT_EMPTY: the group has holdings, users or children…
$ licet group remove Dealer/House --cascade --preview
    Dealer sip_number 10/2/8 10/1/9
$ licet group remove Dealer/House --cascade --reason 'sold'
= Dealer sip_number 10/1/9 own unlimited until never
$1 licet state Dealer/House
    licet: NOT_FOUND…
$ licet tree Dealer
    Dealer…
$ licet access sip_number 1
    no: NOT_HELD
$ licet user maria
    sip_number 10 0 9 Dealer
$ licet status
    groups 1
    holdings 1
$1 licet consume Dealer sip_number 3 --key intercom.key
    licet: the ledger does not know this key…

# The same names again are other things.
$ licet consume Dealer sip_number 1 --user maria
$ licet group create Dealer/House
= Dealer/House sip_number 10/0/8 own unlimited until never
$ licet log Dealer/House
    16 2026-11-01T00:00Z admin group_creation group=Dealer/House
$ licet group remove Dealer/House
clock 2027-01-02
= Dealer sip_number 10/2/8 own unlimited until never
