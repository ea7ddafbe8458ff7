# A smaller licence file while a package ends (T16, X02, X03): the file suspends nobody while the limited
# mode lasts, the package's window closes as always, and what comes back does so within both.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 10 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create G
$ licet allocate G --restricted --package 'year until=2027-01-01 sip_number=6' --package 'base sip_number=2'
$ licet consume G sip_number n1 n2 n3 n4 n5 n6 n7 n8
= G sip_number 8/8/0 until never next 2027-01-01 2

file smaller.txt
    licet license v1
    server cam-hq.example
    serial 2
    sip_number 5 per-server
$ licet vendor sign smaller.txt --key vendor.key --output smaller.note
$ licet license upload smaller.note
$ licet mode
    reason license_updated
    pending 3
    sip_number n6 of G
    sip_number n7 of G
    sip_number n8 of G
= / sip_number 5/8/0 until never over 3
$ licet access sip_number n8
    yes

# The package ends while the mode lasts: six of eight give no access, and none of the file's is pending.
clock 2026-12-31T23:59:59.999Z
$ licet access sip_number n3
    yes
clock 2027-01-01T00:00Z
= G sip_number 2/8/0 until never over 6 suspended 6
$ licet access sip_number n2
    yes
$ licet access sip_number n3
    no: LIMIT_REACHED at G
$ licet mode
    mode limited
$1 licet allocate G --restricted --package 'base sip_number=8'
    licet: refused: LIMITED_MODE: the server is in limited functionality mode

# The mode is left: the smaller file counts now. Saving more than it has is refused; what it has comes back.
$ licet eula accept 1
= / sip_number 5/8/0 until never over 3 suspended 6
$1 licet allocate G --restricted --package 'base sip_number=8'
    - CHILD_EXCEEDS_ANCESTOR sip_number at /: …
$ licet allocate G --restricted --package 'base sip_number=5'
= G sip_number 5/8/0 until never over 3 suspended 3
$ licet access sip_number n5
    yes
$ licet access sip_number n6
    no: LIMIT_REACHED at G
$ licet release sip_number n1 n2 n3
= G sip_number 5/5/0 until never
$ licet access sip_number n8
    yes
