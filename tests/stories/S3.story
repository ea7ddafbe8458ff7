# S3 Same device in and out: one device is one unit, whichever way it is used.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    LICENSE_HIKVISION_ACS 3 per-device
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1

$ licet consume / LICENSE_HIKVISION_ACS D1 --direction in
$ licet consume / LICENSE_HIKVISION_ACS D1 --direction out
= / LICENSE_HIKVISION_ACS 3/1/2 until never
$ licet consume / LICENSE_HIKVISION_ACS D2 --direction out
$ licet consume / LICENSE_HIKVISION_ACS D3 --direction in
= / LICENSE_HIKVISION_ACS 3/3/0 until never
$1 licet consume / LICENSE_HIKVISION_ACS D4 --direction in
    - LIMIT_REACHED LICENSE_HIKVISION_ACS at /: 3 of 3 used
$ licet release LICENSE_HIKVISION_ACS D1 --direction in
= / LICENSE_HIKVISION_ACS 3/3/0 until never
$1 licet consume / LICENSE_HIKVISION_ACS D4 --direction in
    - LIMIT_REACHED LICENSE_HIKVISION_ACS at /: 3 of 3 used
$ licet release LICENSE_HIKVISION_ACS D1 --direction out
= / LICENSE_HIKVISION_ACS 3/2/1 until never
$ licet consume / LICENSE_HIKVISION_ACS D4 --direction in
= / LICENSE_HIKVISION_ACS 3/3/0 until never

# However its address is written.
$ licet release LICENSE_HIKVISION_ACS D4
$ licet consume / LICENSE_HIKVISION_ACS AA:BB:CC:DD:EE:FF --direction in
= / LICENSE_HIKVISION_ACS 3/3/0 until never
$ licet consume / LICENSE_HIKVISION_ACS aa-bb-cc-dd-ee-ff --direction out
= / LICENSE_HIKVISION_ACS 3/3/0 until never
$ licet access LICENSE_HIKVISION_ACS aa-bb-cc-dd-ee-ff
    yes
