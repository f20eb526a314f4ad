#!/usr/bin/env bash
# A part of ./dev, which reads it in: the checks and tests, and what they find.

# What the checks and tests find is left in $logs/results, for tools/tally.py to count.
begin_results() {
    rm -rf "$logs/results"
    mkdir -p "$logs/results"
}

# verdict NAME COMMAND...: remember a step that failed, and go on with the next.
verdict() {
    local name=$1
    shift
    "$@" || printf '%s\n' "$name" >"$logs/results/${name// /-}.failed"
}

end_results() {
    (
        shopt -s nullglob
        exec python3 tools/tally.py "$logs"/results/*
    )
}

c_files() {
    local folders=() folder
    for folder in src test bench sdk; do
        [[ ! -d $folder ]] || folders+=("$folder")
    done
    find "${folders[@]}" -name node_modules -prune -o -name '*.[ch]' -print0
    find . -maxdepth 1 -name '*.[ch]' -print0
}

check_format() {
    local tool=clang-format bad
    ! command -v clang-format-14 >/dev/null || tool=clang-format-14
    if ! c_files | xargs -0 -r -n 16 -P "$(nproc)" "$tool" --dry-run -Werror \
        >"$logs/format.log" 2>&1; then
        bad=$(sed -nE 's|^(\./)?([^: ]+):[0-9]+:[0-9]+: error: code should.*|\2|p' \
            "$logs/format.log" | sort -u | tr '\n' ' ')
        [[ -n $bad ]] || excerpt "$logs/format.log"
        printf 'dev: not in our layout, mend it by: %s -i %s\n' "$tool" "$bad" >&2
        return 1
    fi
    say "the layout is ours"
}

check_rules() {
    tools/tidy.py || return 1
    say "the house rules hold"
}

check_tools() {
    attempt "the tools' own tests" tools \
        python3 -m unittest discover -s tools -p '*_test.py' || true
    cp "$logs/tools.log" "$logs/results/tools.unittest"
}

# run_programs NAME FOLDER OPTION...: Meson's tests; what they say goes to the results.
run_programs() {
    local name=$1 report=$2/meson-logs/testlog.json folder=$2
    shift 2
    rm -f "$report"
    attempt "$name" programs meson test -C "$folder" --no-rebuild "$@" || [[ -s $report ]] || {
        excerpt "$logs/programs.log"
        return 1
    }
    [[ ! -s $report ]] || cp "$report" "$logs/results/programs.json"
}

# What ./dev check and ./dev test have in common.
check_tree() {
    need "${packages_build[@]}" "${packages_check[@]}"
    need_data
    begin_results
    verdict "layout" check_format
    verdict "house rules" check_rules
    check_tools
    verdict "building" compile_strictly
}

compile_strictly() {
    configure "$check_build" "${CC:-cc}" -Dwerror=true &&
        compile "building with every warning an error" "$check_build"
}

compile_with_clang() {
    configure "$build-clang" clang -Dwerror=true -Dbuildtype=debug &&
        compile "building with clang" "$build-clang"
}

# Beside the end-to-end tests, which wait for browsers more than they work: at the lowest priority,
# and what it says comes when they are through.
begin_clang() {
    (
        renice -n 19 "$BASHPID" >/dev/null
        compile_with_clang
    ) >"$logs/clang.log" 2>&1 &
    clang_process=$!
}

end_clang() {
    local status=0
    wait "$clang_process" || status=$?
    cat "$logs/clang.log"
    return "$status"
}

is_built() {
    [[ ! -e $logs/results/building.failed ]]
}

verb_check() {
    check_tree
    ! is_built || verdict "unit tests" run_programs "unit tests" "$check_build" --suite unit
    end_results
}

verb_test() {
    need "${packages_build[@]}" "${packages_check[@]}" "${packages_clang[@]}"
    need_data
    [[ ! -d test/e2e ]] || need_end_to_end
    [[ ! -d test/leaks ]] || need_leaks
    need_sdk
    check_tree
    verdict "the browser SDK" sdk_tests
    [[ ! -d test/leaks ]] || verdict "leak scenarios" leak_tests
    if is_built; then
        verdict "test programs" run_programs "unit, conformance and crash tests" "$check_build"
        begin_clang
        [[ ! -d test/e2e ]] || verdict "end-to-end tests" end_to_end_tests
        verdict "building with clang" end_clang
    fi
    end_results
}

# The browser only where a test drives one.
need_end_to_end() {
    need_node
    ! grep -qs playwright test/e2e/package.json || need "${packages_browser[@]}"
    need_npm_packages test/e2e || exit 1
}

end_to_end_tests() {
    local report
    report=$(readlink -f "$logs")/results/end-to-end.tap
    attempt "end-to-end tests" end-to-end run_node_tests "$report" || [[ -s $report ]] || {
        excerpt "$logs/end-to-end.log"
        return 1
    }
}

run_node_tests() (
    program=$(readlink -f "$check_build/candor")
    cd test/e2e
    CANDOR=$program timeout "$end_to_end_seconds_max" node --test \
        --test-reporter=tap --test-reporter-destination="$1" \
        --test-reporter=spec --test-reporter-destination=stdout
)

sdk_tests() {
    [[ -f sdk/js/dist/candor.mjs ]] || return 1
    local report
    report=$(readlink -f "$logs")/results/sdk.tap
    attempt "the browser SDK's own tests" sdk-tests run_sdk_tests "$report" || [[ -s $report ]] || {
        excerpt "$logs/sdk-tests.log"
        return 1
    }
}

run_sdk_tests() (
    cd sdk/js
    node --test --test-reporter=tap --test-reporter-destination="$1" \
        --test-reporter=spec --test-reporter-destination=stdout test/*.test.mjs
)

# sanitize NAME SANITIZERS
sanitize() {
    local folder=$build-$1
    need "${packages_build[@]}" "${packages_check[@]}" "${packages_clang[@]}"
    need_data
    configure "$folder" clang -Dwerror=true -Db_lundef=false "-Db_sanitize=$2" || exit 1
    compile "building with the sanitizers $2" "$folder" || exit 1
    export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:print_legend=0
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
    begin_results
    verdict "test programs" run_programs "tests under them" "$folder" --timeout-multiplier 5
    end_results
}

verb_asan() {
    sanitize asan address,undefined
}

verb_tsan() {
    sanitize tsan thread
}

need_leaks() {
    need_node
    need "${packages_browser[@]}" "${packages_leaks[@]}"
    need_npm_packages test/leaks || exit 1
}

# The scenarios, and a sample of mutants: half a minute. ./dev leakbench plays them all.
leak_tests() {
    local report
    report=$(readlink -f "$logs")/results/leaks.tap
    attempt "leak scenarios in a browser" leaks run_leak_tests "$report" || [[ -s $report ]] || {
        excerpt "$logs/leaks.log"
        return 1
    }
}

run_leak_tests() (
    cd test/leaks
    node --test --test-reporter=tap --test-reporter-destination="$1" \
        --test-reporter=spec --test-reporter-destination=stdout
)
