# S14 Reminders: who administers a group is told before a package ends, as often as the policy says.

file license.txt
    licet license v1
    server cam-hq.example
    serial 1
    sip_number 500 per-server
$ licet vendor sign license.txt --key vendor.key --output license.note
$ licet license upload license.note
$ licet eula accept 1
$ licet group create D
$ licet group create D/weekly
$ licet group create D/daily
$ licet group create D/month
$ licet group create D/once
$ licet group create D/weekly/apt
actor dealer site_admin D
actor owner site_admin D/daily
actor mailer agent /
$ licet allocate D --restricted --package 'all sip_number=100'
$ licet allocate D/weekly --restricted --package 'P until=2027-12-01 sip_number=5'
$ licet allocate D/daily --restricted --package 'P until=2027-12-01 sip_number=5'
$ licet allocate D/month --restricted --package 'P until=2027-12-01 sip_number=5'
$ licet allocate D/once --restricted --package 'P until=2027-12-01 sip_number=5'
$ licet consume D/weekly/apt sip_number 1001

# Below D its site_admin decides; not of D itself.
$ licet reminder set D/weekly weekly --days 14 --key keys/dealer.key
$1 licet reminder set D weekly --days 14 --key keys/dealer.key
    licet: refused: FORBIDDEN…
$ licet reminder set D/daily daily --days 3
$ licet reminder set D/month every_30_days --days 65
$ licet reminder set D/once once --days 10
$ licet reminders D
    GROUP REMINDED PACKAGE UNTIL NEXT
    D/weekly weekly, 14 days before P 2027-12-01T00:00Z 2027-11-17T00:00Z
    D/daily daily, 3 days before P 2027-12-01T00:00Z 2027-11-28T00:00Z
    D/month every_30_days, 65 days before P 2027-12-01T00:00Z 2027-09-27T00:00Z
    D/once once, 10 days before P 2027-12-01T00:00Z 2027-11-21T00:00Z

# Every 30 days: 09-27, 10-27, 11-26.
clock 2027-09-26T23:59:59.999Z
$ licet reminders D/month
    D/month every_30_days, 65 days before P 2027-12-01T00:00Z 2027-09-27T00:00Z
clock 2027-09-27
$ licet reminders D/month
    D/month every_30_days, 65 days before P 2027-12-01T00:00Z 2027-10-27T00:00Z 2027-09-27T00:00Z … waiting
clock 2027-10-27
$ licet reminders D/month
    D/month … P 2027-12-01T00:00Z 2027-11-26T00:00Z 2027-10-27T00:00Z …

# Weekly: 11-17 and 11-24, and it says what ends for whom.
clock 2027-11-17
$ licet log D/weekly
    …2027-11-17T00:00Z  (ledger)  reminder group=D/weekly package=P until=2027-12-01T00:00Z due=2027-11-17T00:00Z days_left=14 resources=[sip_number maximum=5 used=1 available=4] actors=dealer actor_count=1 touched=[D/weekly/apt] touched_count=1
$ licet reminders D/weekly
    D/weekly weekly, 14 days before P 2027-12-01T00:00Z 2027-11-24T00:00Z 2027-11-17T00:00Z … waiting

# Renewed on 11-20: 11-24 is cancelled, and the next ones are 2028-02-16 and 02-23.
clock 2027-11-20
$ licet allocate D/weekly --restricted --package 'P until=2028-03-01 sip_number=5'
$ licet reminders D/weekly
    D/weekly weekly, 14 days before P 2028-03-01T00:00Z 2028-02-16T00:00Z

# Once, 10 days: 11-21.
clock 2027-11-21
$ licet reminders D/once
    D/once once, 10 days before P 2027-12-01T00:00Z 2027-11-21T00:00Z … waiting
clock 2027-11-24
$ licet reminders D/weekly
    D/weekly weekly, 14 days before P 2028-03-01T00:00Z 2028-02-16T00:00Z

# Saved inside, on 11-25 with 14 days, weekly: one at once, and no other before the end.
clock 2027-11-25
$ licet group create D/late
$ licet allocate D/late --restricted --package 'P until=2027-12-01 sip_number=5'
$ licet reminder set D/late weekly --days 14
$ licet reminders D/late
    D/late weekly, 14 days before P 2027-12-01T00:00Z 2027-11-25T00:00Z … waiting
clock 2027-11-26
$ licet reminders D/month
    D/month … P 2027-12-01T00:00Z 2027-11-26T00:00Z …

# Down from 11-27T12:00 to 11-30T12:00, daily: one on 11-30, to the group's own site_admin.
clock 2027-11-27T12:00Z
restart
clock 2027-11-30T12:00Z
$ licet log D/daily
    … reminder group=D/daily package=P until=2027-12-01T00:00Z due=2027-11-30T00:00Z days_left=1 … actors=owner actor_count=1 touched= touched_count=0
$ licet reminders D/daily
    D/daily daily, 3 days before P 2027-12-01T00:00Z 2027-11-30T00:00Z 39 waiting
$ licet watch D/daily --since 39 --count 1
    39 2027-11-30T12:00Z D/daily reminder 39: P ends 2027-12-01T00:00Z

# What went out waits until the mailer says that it was sent; what failed is offered again.
$1 licet reminder delivered 39 --key keys/dealer.key
    licet: refused: FORBIDDEN…
$ licet reminder failed 39 --detail 'mailbox full' --key keys/mailer.key
$ licet reminders D/daily
    D/daily daily, 3 days before P 2027-12-01T00:00Z 2027-11-30T00:00Z 39 failed
    UNDELIVERED GROUP PACKAGE UNTIL DUE FAILURES
    39 D/daily P 2027-12-01T00:00Z 2027-11-30T00:00Z 1
$ licet reminders D --undelivered --key keys/dealer.key
    39 D/daily P 2027-12-01T00:00Z 2027-11-30T00:00Z 1
$ licet reminder delivered 39 --key keys/mailer.key
$ licet reminders D/daily
    D/daily daily, 3 days before P 2027-12-01T00:00Z 2027-11-30T00:00Z 39 sent
$1 licet reminder delivered 39 --key keys/mailer.key
    licet: refused: UNKNOWN_REMINDER…

# Down again over the end: nothing goes out for what is over, and in 2028 the renewed one comes.
clock 2027-12-01
restart
$ licet reminders D/daily
    D/daily daily, 3 days before P 2027-12-01T00:00Z 2027-11-30T00:00Z 39 sent
clock 2028-02-16
$ licet reminders D/weekly
    D/weekly weekly, 14 days before P 2028-03-01T00:00Z 2028-02-23T00:00Z 2028-02-16T00:00Z … waiting
clock 2028-02-23
$ licet reminders D/weekly
    D/weekly weekly, 14 days before P 2028-03-01T00:00Z 2028-02-23T00:00Z … waiting
$ licet reminder off D/weekly
$ licet reminders D/weekly
    D/weekly off P 2028-03-01T00:00Z 2028-02-23T00:00Z … waiting
