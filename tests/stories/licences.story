# Licence files: what they say in every mode, entries with windows of their own, two vendors, and one
# that is trusted no longer (T01 to T05, T12, T20).

file first.txt
    licet license v1
    server cam-hq.example
    serial 1
    LICENSE_HIKVISION 20 per-channel
    LICENSE_HIKVISION 5 per-channel until 2026-12-01T00:00:00Z
    LICENSE_ACS 3 per-device from 2026-11-20T00:00:00Z
    sip_number 500 per-server
    mobile_app 500 per-server needs sip_number
    ukey2 feature from 2026-12-01T00:00:00Z until 2027-12-01T00:00:00Z
$ licet vendor sign first.txt --key vendor.key --output first.note

# A fresh ledger is limited, and tells of its licences all the same.
$ licet license
    vendor.example: no licence file yet
$ licet license upload first.note
$ licet mode
    mode limited
    reason license_updated
$ licet license
    vendor.example: serial 1, event 2
    NAME KIND COUNT USED AVAILABLE FROM UNTIL STATUS NEEDS
    LICENSE_HIKVISION per-channel 20 0 25 on
    LICENSE_HIKVISION per-channel 5 0 25 2026-12-01T00:00Z on
    LICENSE_ACS per-device 3 0 0 2026-11-20T00:00Z not_yet_valid
    sip_number per-server 500 0 500 on
    mobile_app per-server 500 0 500 on sip_number
    ukey2 feature 2026-12-01T00:00Z 2027-12-01T00:00Z not_yet_valid
$1 licet license upload first.note
    licet: refused: ALREADY_CURRENT…
$ licet eula accept 1
$ licet consume / LICENSE_HIKVISION ch1
$1 licet consume / LICENSE_ACS d1 --direction in
    - NOT_YET_VALID LICENSE_ACS at /, until 2026-11-20T00:00Z
$1 licet license upload first.note
    licet: refused: ALREADY_CURRENT…
$ licet mode
    mode normal
clock 2026-11-20
$ licet consume / LICENSE_ACS d1 --direction in
clock 2026-12-01
$ licet license
    LICENSE_HIKVISION per-channel 20 1 19 on
    LICENSE_HIKVISION per-channel 5 1 19 2026-12-01T00:00Z expired
    LICENSE_ACS per-device 3 1 2 2026-11-20T00:00Z on
    ukey2 feature 2026-12-01T00:00Z 2027-12-01T00:00Z on

# A second vendor: its own names, its own serials, its own file.
$ licet key new other.example other.key > other.vkey
file second.txt
    licet license v1
    server cam-hq.example
    serial 1
    LICENSE_DEEP_BASE 3 per-channel
file taken.txt
    licet license v1
    server cam-hq.example
    serial 2
    LICENSE_DEEP_BASE 3 per-channel
    sip_number 1 per-server
$ licet vendor sign second.txt --key other.key --output second.note
$ licet vendor sign taken.txt --key other.key --output taken.note
$1 licet license upload second.note
    licet: refused: BAD_SIGNATURE…
$ licet vendor trust other.vkey
$ licet license upload second.note
$ licet mode
    mode limited
$ licet eula accept 1
$1 licet license upload taken.note
    licet: refused: NAME_TAKEN…
    - NAME_TAKEN sip_number
$ licet mode
    mode normal
= / LICENSE_DEEP_BASE 3/0/3 until never
$ licet consume / LICENSE_DEEP_BASE plug1

# The first vendor's new file gives one name up and shrinks another; a kind with holdings stays.
file kind.txt
    licet license v1
    server cam-hq.example
    serial 2
    LICENSE_HIKVISION 20 per-server
file newer.txt
    licet license v1
    server cam-hq.example
    serial 2
    LICENSE_HIKVISION 20 per-channel
    LICENSE_ACS 3 per-device
$ licet vendor sign kind.txt --key vendor.key --output kind.note
$ licet vendor sign newer.txt --key vendor.key --output newer.note
$1 licet license upload kind.note
    - KIND_CHANGED LICENSE_HIKVISION
$ licet license upload newer.note
$ licet eula accept 1
= / sip_number 0/0/0 until never off
$1 licet license upload first.note
    licet: refused: STALE_LICENSE…
$ licet license upload taken.note
$ licet license
    other.example: serial 2…
    sip_number per-server 1 0 1 on
    vendor.example: serial 2…
    LICENSE_HIKVISION per-channel 20 1 19 on
$ licet eula accept 1

# Whom nobody trusts any more changes nothing; what it has given stays.
$ licet vendor revoke other.example
$ licet license
    other.example: serial 2… (revoked)
    LICENSE_DEEP_BASE per-channel 3 1 2 on
file later.txt
    licet license v1
    server cam-hq.example
    serial 3
    LICENSE_DEEP_BASE 9 per-channel
$ licet vendor sign later.txt --key other.key --output later.note
$1 licet license upload later.note
    licet: refused: BAD_SIGNATURE…
= / LICENSE_DEEP_BASE 3/1/2 until never
$ licet mode
    mode normal
