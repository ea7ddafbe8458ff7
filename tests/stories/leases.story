# X11: holdings for a time, a recorder's set with one lease, and the modes that hold them.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    LICENSE_HIKVISION 20 per-channel
    sip_number 10 per-server
    mobile_app 10 per-server needs sip_number
    LICENSE_HIKVISION_ACS 3 per-device
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create Home
clock 2027-03-01T12:00Z

# T06: a recorder of 16 channels is one plan with one lease, a camera is alone.
$ licet consume / LICENSE_HIKVISION nvr:1 nvr:2 nvr:3 nvr:4 nvr:5 nvr:6 nvr:7 nvr:8 nvr:9 nvr:10 nvr:11 nvr:12 nvr:13 nvr:14 nvr:15 nvr:16 --lease 10m --lease-set nvr
$ licet consume / LICENSE_HIKVISION cam-1 --lease 5m
$ licet consume / LICENSE_HIKVISION cam-2
= / LICENSE_HIKVISION 20/18/2 until never
$ licet holdings --resource LICENSE_HIKVISION
    … LICENSE_HIKVISION nvr:16 / 2027-03-01T12:10Z nvr yes
    … LICENSE_HIKVISION cam-1 / 2027-03-01T12:05Z yes
    … LICENSE_HIKVISION cam-2 / yes
$2 licet consume / LICENSE_HIKVISION cam-3 --lease 59s
    licet: lease: missing, out of bounds, or at odds with the rest

# Renewed by one of its channels, the recorder goes on; the camera is silent, and lets go.
clock 2027-03-01T12:04:59.999Z
$ licet renew LICENSE_HIKVISION nvr:7
$ licet access LICENSE_HIKVISION cam-1
    yes
    lease until 2027-03-01T12:05Z
clock 2027-03-01T12:05Z
$ licet access LICENSE_HIKVISION cam-1
    no: NOT_HELD
= / LICENSE_HIKVISION 20/17/3 until never
$1 licet renew LICENSE_HIKVISION cam-1
    licet: refused: NOT_HELD: the unit is not held
$ licet renew --group / --lease-set nvr
$1 licet renew --group / --lease-set dvr
    - NOT_HELD dvr

# What stands on a number goes with it, in the same event; a lease that ends with a window goes first.
$ licet allocate Home --restricted --package 'main until=2027-03-01T12:06Z sip_number=2 mobile_app=1' --package 'small sip_number=1 mobile_app=1'
$ licet consume Home sip_number 1001 --lease 1m
$ licet consume Home sip_number 1002
$ licet consume Home sip_number 1003
$ licet consume Home mobile_app app-1 --needed 1001
= Home sip_number 3/3/0 own 3 until never next 2027-03-01T12:06 1
clock 2027-03-01T12:06Z
$ licet log
    … (ledger) boundary edge=2027-03-01T12:06Z
= Home sip_number 1/2/0 own 1 until never over 1 suspended 1
= Home mobile_app 1/0/1 own 1 until never
$ licet access sip_number 1002
    yes

# Limited: the leases are held, and each runs one full length when the mode is left.
file next.txt
    licet license v1
    server cam-hq.example
    serial 2
    LICENSE_HIKVISION 20 per-channel
    sip_number 10 per-server
    mobile_app 10 per-server needs sip_number
    LICENSE_HIKVISION_ACS 3 per-device
$ licet vendor sign next.txt --key vendor.key --output next.note
$ licet license upload next.note
clock 2027-03-02
$ licet access LICENSE_HIKVISION nvr:1
    yes
    lease until the limited mode is left, and its length then
$ licet holdings --resource LICENSE_HIKVISION
    … LICENSE_HIKVISION nvr:1 / held nvr yes
$ licet renew LICENSE_HIKVISION nvr:1
# T13: what is held is no new equipment.
$ licet consume / LICENSE_HIKVISION nvr:1
$1 licet consume / LICENSE_HIKVISION cam-1
    - LIMITED_MODE at /
$ licet eula accept 1
$ licet access LICENSE_HIKVISION nvr:1
    lease until 2027-03-02T00:10Z
clock 2027-03-02T00:09:59.999Z
$ licet release LICENSE_HIKVISION cam-2

# A daemon that did not run takes nobody's lease away either.
restart
$ licet log
    … (ledger) resumption since=2027-03-02T00:09:59.999Z
$ licet access LICENSE_HIKVISION nvr:1
    lease until 2027-03-02T00:19:59.999Z
clock 2027-03-02T00:19:59.998Z
= / LICENSE_HIKVISION 20/16/4 until never
clock 2027-03-02T00:19:59.999Z
= / LICENSE_HIKVISION 20/0/20 until never
