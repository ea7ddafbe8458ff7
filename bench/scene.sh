# What every script of the bench stands on; a script sets `root` and sources it.
#
#   scene_options "$@"        --quick, --memory, --keep, --scratch DIR, --leaves N; others go to `rest`
#   scene_tree N              how many leaves, unless told; 10,000 when it is to be quick
#   scene_build TARGET...     a release
#   scene_open NAME           an empty scratch directory, build/bench/NAME unless told, on a real disk
#   scene_ledger [OPTION...]  a ledger with a licence and the group acme, its licetd with these
#                             options, and an agent; no snapshot in the middle of a slice
#
# At the end, also by Ctrl-C, every process of scene_processes is ended and the directory removed.

scene_quick=
scene_keep=
scene_memory=
scene_scratch=
scene_leaves=
scene_processes=
rest=
log=$root/build/bench-$(basename "$0").log

scene_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --quick) scene_quick=--quick ;;
        --keep) scene_keep=yes ;;
        --memory) scene_memory=yes ;;
        --scratch)
            scene_scratch=${2:?a directory after --scratch}
            shift
            ;;
        --leaves)
            scene_leaves=${2:?a number after --leaves}
            shift
            ;;
        --help)
            sed -n '/^#!/d; /^#/!q; s/^# \{0,1\}//p' "$0"
            exit 0
            ;;
        *) rest="$rest $1" ;;
        esac
        shift
    done
}

scene_tree() {
    [ -z "$scene_leaves" ] || return 0
    scene_leaves=$1
    [ -z "$scene_quick" ] || scene_leaves=10000
}

scene_build() {
    mkdir -p "$root/build"
    if ! { (cd "$root" && cmake --preset release && cmake --build --preset release --parallel 2 \
        --target "$@"); } >"$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
    bin=$root/build/release/bin
}

scene_finish() {
    for process in $scene_processes; do
        kill "$process" 2>/dev/null || true
    done
    wait
    cd "$root"
    [ -n "$scene_keep" ] || rm -rf "$scratch"
}

scene_open() {
    scratch=$root/build/bench/$1
    [ -z "$scene_memory" ] || scratch=/dev/shm/licet-bench-$1
    [ -z "$scene_scratch" ] || scratch=$scene_scratch/$1
    rm -rf "$scratch"
    mkdir -p "$scratch"
    chmod 700 "$scratch"
    file_system=$(stat -f -c %T "$scratch")
    case $scene_memory$file_system in
    tmpfs | ramfs | overlayfs)
        echo "$scratch is on $file_system, where durable means nothing: use --scratch" >&2
        exit 2
        ;;
    esac
    trap scene_finish EXIT
    trap 'exit 1' HUP INT PIPE TERM
    cd "$scratch"
    echo "file system $file_system, load average $(cut -d' ' -f1-3 /proc/loadavg)," \
        "$(nproc) x $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
}

# Everything of these is said once in $log.
licet() {
    "$bin/licet" "$@" >>"$log" 2>&1 || {
        echo "licet $* failed; see $log" >&2
        exit 1
    }
}

# scene_license FILE SERIAL COUNT: a signed licence file.
scene_license() {
    printf 'licet license v1\nserver bench.example\nserial %s\nsip_number %s per-server\n' \
        "$2" "$3" >license.txt
    licet vendor sign license.txt --key vendor.key --output "$1"
}

scene_ledger() {
    LICET_URL=ipc://$scratch/licetd.sock
    LICET_KEY=$scratch/keys/admin.key
    export LICET_URL LICET_KEY
    "$bin/licet" key new vendor.example vendor.key >vendor.vkey
    "$bin/licet" key new agent agent.key >agent.vkey
    licet init --data data --keys keys --origin bench.example/ledger --server bench.example \
        --vendor vendor.example=vendor.vkey
    "$bin/licetd" --data data --key keys/ledger.key --listen "$LICET_URL" \
        --snapshot-every 0 "$@" 2>licetd.log &
    daemon=$!
    scene_processes="$scene_processes $daemon"
    scene_license license.note 1 2000000000
    licet license upload license.note
    licet eula accept 1
    licet group create acme
    licet actor enrol bench agent.vkey --role agent --group acme
    scene_arguments="--url $LICET_URL --agent $scratch/agent.key --admin $LICET_KEY
        --daemon $daemon --scratch $scratch ${scene_leaves:+--leaves $scene_leaves} $scene_quick"
}
