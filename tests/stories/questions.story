# Questions: where a maximum comes from, and why an event was decided so when it was.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 10 per-server
    web_dialer feature
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
clock 2026-11-25T09:00Z
$ licet group create D
$ licet group create D/E
$ licet allocate D --restricted --package 'main sip_number=5 web_dialer' --reason 'contract 7'
$ licet allocate D/E --restricted --package 'spring until=2026-12-01 sip_number=2'
$ licet consume D/E sip_number n1
$ licet consume D/E sip_number n2

# Now: the path with limit, used and room, the node that decides, and what the limits come from.
$ licet explain D/E sip_number
    sip_number at D/E: 2/2/0 on
    D/E 2 2 0 on 2026-12-01T00:00Z <- decides
    D 5 2 3 on
    / 10 2 8 on
    the limits come from
    D/E: spring gives 2 until 2026-12-01T00:00Z
    D: main gives 5
    /: vendor.example gives 10
$ licet explain D/E web_dialer
    web_dialer at D/E: off
    D/E off <- decides
$1 licet consume D/E sip_number n3
    - LIMIT_REACHED sip_number at D/E: 2 of 2 used
    what would help: raise the limit of D/E to 3, or release a unit below it
    kept in the log as event 10

# Later all is different; the reasons of then are still told.
$ licet allocate D/E --restricted --package 'summer until=2026-12-01 sip_number=4'
$ licet consume D/E sip_number n3
$ licet why 10
    … REFUSED LIMIT_REACHED at D/E: 2 of 2 used
    - LIMIT_REACHED sip_number at D/E: 2 of 2 used
    what would help: raise the limit of D/E to 3, or release a unit below it
    before it, sip_number at D/E was
    D/E 2 2 0 on 2026-12-01T00:00Z <- decides
    / 10 2 8 on

# Of what was accepted: what room there was, and which limit would have come next.
$ licet why 12
    accepted: everything held
    before it, sip_number at D/E was
    D/E 4 2 2 on 2026-12-01T00:00Z <- decides

# An earlier one after a later one.
$ licet why 6
    … reason=contract 7
    accepted: everything held
    D none 0 on
    / 10 0 10 on <- decides

# A window that closed is told by node, and whom it takes the access from.
$ licet clock set 2026-12-01T00:00Z
$ licet explain D/E sip_number
    D/E 0 3 0 expired 2026-12-01T00:00Z 3 <- decides
    D/E: summer gives 4 until 2026-12-01T00:00Z, not now
    n1 D/E D/E
    n2 D/E D/E
    n3 D/E D/E
$1 licet consume D/E sip_number n4
    what would help: give D/E a package with 4 of sip_number that has not ended (it did 2026-12-01T00:00:00Z)
$1 licet why 99
    licet: NOT_FOUND…
$1 licet explain D/E nothing
    licet: NOT_FOUND…
