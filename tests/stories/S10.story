# S10 Smaller licence file and limited mode: everything keeps running until the EULA is accepted.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    LICENSE_HIKVISION 20 per-channel
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet consume / LICENSE_HIKVISION ch1
$ licet consume / LICENSE_HIKVISION ch2
$ licet consume / LICENSE_HIKVISION ch3
$ licet consume / LICENSE_HIKVISION ch4 ch5 ch6 ch7 ch8 ch9 ch10 ch11 ch12
$ licet consume / LICENSE_HIKVISION ch13 ch14 ch15 ch16 ch17 ch18 ch19 ch20
= / LICENSE_HIKVISION 20/20/0 until never

file smaller.txt
    licet license v1
    server cam-hq.example
    serial 2
    LICENSE_HIKVISION 12 per-channel
$ licet vendor sign smaller.txt --key vendor.key --output smaller.note
$ licet license upload smaller.note
$ licet mode
    mode limited…
    reason license_updated
    pending 8
    LICENSE_HIKVISION ch13 of /
    LICENSE_HIKVISION ch14 of /
    LICENSE_HIKVISION ch20 of /
= / LICENSE_HIKVISION 12/20/0 until never over 8
$ licet access LICENSE_HIKVISION ch20
    yes
$1 licet consume / LICENSE_HIKVISION ch21
    licet: refused: LIMITED_MODE: the server is in limited functionality mode
    - LIMITED_MODE…
    - LIMIT_REACHED LICENSE_HIKVISION at /: 20 of 12 used
$ licet release LICENSE_HIKVISION ch5
= / LICENSE_HIKVISION 12/19/0 until never over 7
$ licet mode
    pending 7
    LICENSE_HIKVISION ch14 of /
    LICENSE_HIKVISION ch20 of /

$ licet eula accept 1
$ licet mode
    mode normal
= / LICENSE_HIKVISION 12/19/0 until never over 7 suspended 7
$ licet access LICENSE_HIKVISION ch13
    yes
$ licet access LICENSE_HIKVISION ch14
    no: LIMIT_REACHED at /
$1 licet license upload license.note
    licet: refused: STALE_LICENSE…
$ licet mode
    mode normal
