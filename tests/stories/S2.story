# S2 Licence kinds: per channel, per device on a channel, per server.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    LICENSE_HIKVISION 20 per-channel
    LICENSE_DEEP_BASE 3 per-channel
    LICENSE_PACS_MODULE 1 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1

# Four cameras of one channel, and a recorder of sixteen.
$ licet consume / LICENSE_HIKVISION cam-1 cam-2 cam-3 cam-4
$ licet consume / LICENSE_HIKVISION nvr:1 nvr:2 nvr:3 nvr:4 nvr:5 nvr:6 nvr:7 nvr:8
$ licet consume / LICENSE_HIKVISION nvr:9 nvr:10 nvr:11 nvr:12 nvr:13 nvr:14 nvr:15 nvr:16
= / LICENSE_HIKVISION 20/20/0 until never
$1 licet consume / LICENSE_HIKVISION cam-5
    licet: refused: LIMIT_REACHED: the limit is reached
    - LIMIT_REACHED LICENSE_HIKVISION at /: 20 of 20 used
    what would help: upload a licence file with at least 21, or release a unit
$ licet consume / LICENSE_HIKVISION cam-1
= / LICENSE_HIKVISION 20/20/0 until never
$ licet release LICENSE_HIKVISION cam-2
= / LICENSE_HIKVISION 20/19/1 until never
$ licet consume / LICENSE_HIKVISION cam-5
= / LICENSE_HIKVISION 20/20/0 until never

# The plugin, on channels.
$ licet consume / LICENSE_DEEP_BASE nvr:1
$ licet consume / LICENSE_DEEP_BASE nvr:2
$ licet consume / LICENSE_DEEP_BASE nvr:3
= / LICENSE_DEEP_BASE 3/3/0 until never
$1 licet consume / LICENSE_DEEP_BASE nvr:4
    - LIMIT_REACHED LICENSE_DEEP_BASE at /: 3 of 3 used
$ licet release LICENSE_DEEP_BASE nvr:2
$ licet consume / LICENSE_DEEP_BASE nvr:4
= / LICENSE_DEEP_BASE 3/3/0 until never

# A component of the server.
$ licet consume / LICENSE_PACS_MODULE acs
= / LICENSE_PACS_MODULE 1/1/0 until never
$ licet consume / LICENSE_PACS_MODULE acs
= / LICENSE_PACS_MODULE 1/1/0 until never
$1 licet consume / LICENSE_PACS_MODULE acs2
    - LIMIT_REACHED LICENSE_PACS_MODULE at /: 1 of 1 used
