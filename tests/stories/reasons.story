# X22: why somebody did it is shown wherever the event is.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 10 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note --reason 'renewed by order 12'
$ licet eula accept 1
$ licet group create D
$ licet allocate D --restricted --package 'main sip_number=5' --reason 'contract 7'
$ licet log
    … reason=renewed by order 12
    … reason=contract 7
$ licet log --json
    …"reason":"contract 7"…
$ licet watch D --since 5 --count 1
    … D sip_number 5/0/5 on (contract 7)
$ licet why 5 --json
    "reason": "contract 7",
$ licet why 2
    … reason=renewed by order 12
$1 licet allocate D --restricted --package 'main sip_number=50' --reason 'a try'
    - CHILD_EXCEEDS_ANCESTOR sip_number at /: 50 wanted, at most 10
$ licet log
    … reason=a try REFUSED CHILD_EXCEEDS_ANCESTOR at /: 50 wanted, at most 10
$ licet-replay print --data data --key keys/ledger.vkey
    … reason="contract 7" accepted
    … reason="a try" refused…
