//! Programs that fork, start other programs, have several clients or end, and folders that cannot be written.

use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use reqtrail_blackbox::{Folder, Program, Schemas, reqtrail};
use reqtrail_sandbox::{Incident, RateLimit, Sandbox, SandboxOptions};

/// Longer than any machine takes. It only ends a test that hangs.
const LONG: Duration = Duration::from_secs(60);

/// Starts a server that never responds to a trigger.
fn server() -> Sandbox {
    let options = SandboxOptions::default().rate_limit(RateLimit::new(u32::MAX, u32::MAX));
    let sandbox = Sandbox::start(options).expect("a server");
    let stall = Incident::stall().on("POST", "/cameras/{id}/trigger");
    sandbox.inject(stall.times(u32::MAX));
    sandbox
}

/// Returns a program with its journal in a folder, started by `runner` if there is one.
fn program(server: &Sandbox, journal: &Path, runner: &[&str]) -> Command {
    let program = env!("CARGO_BIN_EXE_lives");
    let base_url = server.base_url();
    let words = [program, &base_url, server.token()];
    let mut words = runner.iter().copied().chain(words);
    let mut command = Command::new(words.next().expect("a program"));
    command
        .args(words)
        .env("REQTRAIL_JOURNAL", journal)
        .env("REQTRAIL_LOG", "warn");
    command
}

fn begin(server: &Sandbox, journal: &Path) -> Program {
    Program::start(&mut program(server, journal, &[])).expect("a program")
}

fn ask(program: &mut Program, what: &str) -> String {
    program.ask(what).expect("an answer")
}

/// Waits until the condition is true.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Returns the files of a folder with this ending.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|it| it == end))
        .collect()
}

/// Returns whether a program may have its own namespaces on this machine.
fn may_unshare(what: &[&str]) -> bool {
    let tried = Command::new("unshare").args(what).arg("true").output();
    let may = tried.is_ok_and(|it| it.status.success());
    if !may {
        let _ = writeln!(
            io::stdout(),
            "not possible here: unshare {}",
            what.join(" ")
        );
    }
    may
}

/// Returns the states of a folder's calls and the processes that made them, by call ID.
fn states(folder: &Path) -> HashMap<String, (String, u64)> {
    states_of(folder, false)
}

fn states_of(folder: &Path, may_be_torn: bool) -> HashMap<String, (String, u64)> {
    let schemas = Schemas::new().expect("schemas");
    schemas.check_folder(folder, may_be_torn).expect("lines");
    let listed = reqtrail(folder, &["list"]);
    let mut states = HashMap::new();
    for line in listed.lines {
        schemas.check_printed(&line).expect("what it prints");
        let state = line["state"].as_str().expect("a state").to_owned();
        let known = if state == "finished" {
            "trail"
        } else {
            "opened"
        };
        let call_id = line[known]["call_id"].as_str().expect("an ID").to_owned();
        let pid = line["pid"].as_u64().expect("a process");
        states.insert(call_id, (state, pid));
    }
    states
}

/// Returns the state of one call of a folder, and the process that made it.
fn state(folder: &Path, call_id: &str) -> (String, u64) {
    let mut states = states(folder);
    let state = states.remove(call_id);
    state.unwrap_or_else(|| panic!("{call_id} is not among {states:?}"))
}

fn outlives_its_parent(how: &str) {
    let (server, folder) = (server(), Folder::new(how).expect("a folder"));
    let mut parent = begin(&server, folder.path());
    let failed = ask(&mut parent, "fail");
    let open = ask(&mut parent, "open");
    let pid = state(folder.path(), &open).1;
    assert_eq!(state(folder.path(), &open).0, "in_flight");
    let child = ask(&mut parent, how);
    let child: Vec<_> = child.split(' ').collect();
    let [child_pid, child_failed, child_open] = child.as_slice() else {
        panic!("{child:?}");
    };
    let child_pid = child_pid.parse().expect("a number");
    assert_ne!(pid, child_pid);
    // Both are alive, and each has only its own calls.
    let finished = |pid| ("finished".to_owned(), pid);
    let in_flight = |pid| ("in_flight".to_owned(), pid);
    let unknown = |pid| ("unknown".to_owned(), pid);
    let [failed, open, child_failed, child_open] =
        [&failed, &open, *child_failed, *child_open].map(str::to_owned);
    let expect = |of_parent, of_child| {
        HashMap::from([
            (failed.clone(), finished(pid)),
            (open.clone(), of_parent),
            (child_failed.clone(), finished(child_pid)),
            (child_open.clone(), of_child),
        ])
    };
    assert_eq!(
        states(folder.path()),
        expect(in_flight(pid), in_flight(child_pid))
    );
    // The child has no lock of its parent, which would make the parent look alive.
    parent.kill().expect("SIGKILL");
    assert_eq!(
        states(folder.path()),
        expect(unknown(pid), in_flight(child_pid))
    );
    for file in files(folder.path(), "jsonl") {
        let text = fs::read_to_string(&file).expect("text");
        let is_of_child = file.to_string_lossy().contains(&format!("-{child_pid}-"));
        assert_eq!(
            text.contains(&child_failed),
            is_of_child,
            "{}",
            file.display()
        );
        assert_eq!(text.contains(&failed), !is_of_child, "{}", file.display());
    }
    parent.end().expect("the child's end");
    // The pipe ends a moment before the process.
    wait_until("the child is dead", || {
        states(folder.path()) == expect(unknown(pid), unknown(child_pid))
    });
}

#[test]
fn a_fork_has_its_own_files() {
    outlives_its_parent("fork");
}

#[test]
fn a_started_program_has_its_own_files() {
    outlives_its_parent("exec");
}

#[test]
fn clients_of_one_folder_share_a_journal() {
    let (server, folder) = (server(), Folder::new("shared").expect("a folder"));
    let mut program = begin(&server, folder.path());
    let another = format!("another {}", folder.path().display());
    let calls = [ask(&mut program, "fail"), ask(&mut program, &another)];
    assert_eq!(files(folder.path(), "open").len(), 1);
    let [segment] = &*files(folder.path(), "jsonl") else {
        panic!("a segment for each client");
    };
    let text = fs::read_to_string(segment).expect("text");
    let seqs = text.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        line["reqtrail"]["seq"].as_u64()
    });
    assert_eq!(seqs.collect::<Vec<_>>(), [Some(0), Some(1)]);
    let states = states(folder.path());
    assert_eq!(states.len(), 2);
    assert!(calls.iter().all(|call| states.contains_key(call)));
    assert_eq!(ask(&mut program, "stats"), "2 0");
}

#[test]
fn each_client_may_have_its_own_folder() {
    let (server, folder) = (server(), Folder::new("two").expect("a folder"));
    let paths = ["one", "other"].map(|name| folder.path().join(name));
    let mut program = begin(&server, &paths[0]);
    let another = format!("another {}", paths[1].display());
    let calls = [ask(&mut program, "fail"), ask(&mut program, &another)];
    for (path, call) in paths.iter().zip(&calls) {
        let states = states(path);
        assert_eq!(states.keys().collect::<Vec<_>>(), [call]);
        assert_eq!(files(path, "open").len(), 1);
    }
}

#[test]
fn a_program_that_ends_leaves_no_table() {
    let (server, folder) = (server(), Folder::new("end").expect("a folder"));
    let mut program = begin(&server, folder.path());
    let succeeded = ask(&mut program, "succeed");
    let failed = ask(&mut program, "fail");
    assert_eq!(files(folder.path(), "open").len(), 1);
    let (is_well, errors) = program.end().expect("its end");
    assert!(is_well, "{errors}");
    assert!(files(folder.path(), "open").is_empty());
    let states = states(folder.path());
    assert!(states.contains_key(&failed) && !states.contains_key(&succeeded));
    assert_eq!(states.len(), 1);

    // A healthy call leaves no file.
    let folder = Folder::new("healthy").expect("a folder");
    let mut program = begin(&server, folder.path());
    ask(&mut program, "succeed");
    let (is_well, errors) = program.end().expect("its end");
    assert!(is_well, "{errors}");
    let entries = fs::read_dir(folder.path()).expect("the folder");
    let sizes = entries.map(|entry| entry.and_then(|it| it.metadata()).expect("a file").len());
    assert_eq!(sizes.sum::<u64>(), 0);
}

#[test]
fn processes_with_the_same_id_are_distinct() {
    let namespaces = ["-Urpf", "--kill-child"];
    if !may_unshare(&namespaces) {
        // Without namespaces, a test of the core checks the names of files: `processes_of_one_number_share_a_folder`.
        return;
    }
    let (server, folder) = (server(), Folder::new("containers").expect("a folder"));
    let runner = [&["unshare"][..], &namespaces].concat();
    let mut programs = [(); 2].map(|()| {
        Program::start(&mut program(&server, folder.path(), &runner)).expect("a program")
    });
    let calls: Vec<[String; 2]> = programs
        .iter_mut()
        .map(|program| ["fail", "open"].map(|what| ask(program, what)))
        .collect();
    let state_is = |of: [&str; 2]| {
        let expected: HashMap<_, _> = (calls.iter().zip(of))
            .flat_map(|([failed, open], state)| {
                let state_of = |state: &str| (state.to_owned(), 1);
                [
                    (failed.clone(), state_of("finished")),
                    (open.clone(), state_of(state)),
                ]
            })
            .collect();
        states(folder.path()) == expected
    };
    assert!(state_is(["in_flight", "in_flight"]));
    programs[0].kill().expect("SIGKILL");
    // The process that started it ends a moment earlier.
    wait_until("one of them is dead", || state_is(["unknown", "in_flight"]));
    assert_eq!(files(folder.path(), "open").len(), 2);
}

#[test]
fn a_folder_that_is_removed_is_made_again() {
    let (server, folder) = (server(), Folder::new("removed").expect("a folder"));
    let journal = folder.path().join("journal");
    let mut program = begin(&server, &journal);
    ask(&mut program, "fail");
    fs::remove_dir_all(&journal).expect("it is removed");
    let failed = ask(&mut program, "fail");
    assert_eq!(state(&journal, &failed).0, "finished");
    assert_eq!(ask(&mut program, "stats"), "2 0");
    let (is_well, errors) = program.end().expect("its end");
    assert!(is_well, "{errors}");
    assert_eq!(warnings(&errors), [""; 0]);
}

/// Returns the lines of a program that are not about failed calls.
fn warnings(errors: &str) -> Vec<&str> {
    let is_call = |line: &&str| line.contains(" failed: 404 ");
    errors.lines().filter(|line| !is_call(line)).collect()
}

/// Checks that calls continue without a journal, with one warning. `mend` is the folder, and what makes it writable.
fn continues(mut program: Program, mend: Option<(&Path, &dyn Fn())>) -> String {
    for _ in 0..5 {
        ask(&mut program, "fail");
    }
    let stats = ask(&mut program, "stats");
    let (records, lost) = stats.split_once(' ').expect("two numbers");
    let (records, lost): (u64, u64) = (
        records.parse().expect("a number"),
        lost.parse().expect("a number"),
    );
    assert_eq!(lost, 5, "{records} records");
    if let Some((journal, mend)) = mend {
        mend();
        let mut calls = 5;
        // The journal tries again after a second.
        wait_until("it is written", || {
            calls += 1;
            let call = ask(&mut program, "fail");
            journal.is_dir() && states(journal).contains_key(&call)
        });
        // One line says what is missing. All other lines exist.
        let lines = all_lines(journal);
        let lost: Vec<_> = lines
            .iter()
            .filter_map(|line| line["reqtrail"]["lost"]["records"].as_u64())
            .collect();
        let [lost] = lost.as_slice() else {
            panic!("{lost:?}");
        };
        assert_eq!(lines.len() as u64, calls - lost + 1);
    }
    let (is_well, errors) = program.end().expect("its end");
    assert!(is_well, "{errors}");
    let [warning] = &*warnings(&errors) else {
        panic!("{errors}");
    };
    (*warning).to_owned()
}

fn all_lines(journal: &Path) -> Vec<serde_json::Value> {
    let segments = files(journal, "jsonl").into_iter();
    let text: String = segments
        .map(|path| fs::read_to_string(path).expect("text"))
        .collect();
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[test]
fn a_folder_that_is_a_file_does_not_delay_calls() {
    let (server, folder) = (server(), Folder::new("file").expect("a folder"));
    let journal = folder.path().join("journal");
    fs::write(&journal, "a file").expect("it is written");
    let mend = || fs::remove_file(&journal).expect("it is removed");
    let warning = continues(begin(&server, &journal), Some((&journal, &mend)));
    assert!(warning.contains(&*journal.to_string_lossy()), "{warning}");
}

#[test]
fn a_folder_without_write_permission_does_not_delay_calls() {
    let (server, folder) = (server(), Folder::new("forbidden").expect("a folder"));
    let readable = |mode| fs::set_permissions(folder.path(), Permissions::from_mode(mode));
    readable(0o555).expect("its mode");
    let journal = folder.path().join("journal");
    let mut program = begin(&server, &journal);
    // Root drops its rights from now on.
    if nix::unistd::geteuid().is_root() {
        ask(&mut program, "nobody");
    }
    let mend = || readable(0o777).expect("its mode");
    let warning = continues(program, Some((&journal, &mend)));
    assert!(warning.contains("denied"), "{warning}");
}

#[test]
fn a_read_only_disk_does_not_delay_calls() {
    if !may_unshare(&["-Urm"]) {
        return;
    }
    let (server, folder) = (server(), Folder::new("readonly").expect("a folder"));
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).expect("a folder");
    let mount = r#"mount -t tmpfs -o ro none "$0" && exec "$@""#;
    let runner = [
        "unshare",
        "-Urm",
        "sh",
        "-c",
        mount,
        &disk.to_string_lossy(),
    ];
    let mut program = program(&server, &disk.join("journal"), &runner);
    let warning = continues(Program::start(&mut program).expect("a program"), None);
    assert!(warning.contains("Read-only"), "{warning}");
}

#[test]
fn a_full_disk_does_not_delay_calls() {
    if !may_unshare(&["-Urm"]) {
        return;
    }
    let (server, folder) = (server(), Folder::new("full").expect("a folder"));
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).expect("a folder");
    // Only the program sees its mount, so it leaves a copy.
    let mount = r#"mount -t tmpfs -o size=1m none "$0" && { "$@"; ended=$?; cp -r "$0/journal" "$0.copy"; exit $ended; }"#;
    let runner = [
        "unshare",
        "-Urm",
        "sh",
        "-c",
        mount,
        &disk.to_string_lossy(),
    ];
    let mut program = program(&server, &disk.join("journal"), &runner);
    let mut program = Program::start(&mut program).expect("a program");
    let before = ask(&mut program, "fail");
    ask(
        &mut program,
        &format!("fill {}", disk.join("filler").display()),
    );
    ask(&mut program, "fails 20");
    let stats = ask(&mut program, "stats");
    let (_, lost) = stats.split_once(' ').expect("two numbers");
    assert!(lost.parse::<u64>().expect("a number") > 0, "{stats}");
    ask(
        &mut program,
        &format!("remove {}", disk.join("filler").display()),
    );
    let mut after = String::new();
    wait_until("it is written", || {
        after = ask(&mut program, "fail");
        ask(&mut program, "stats")
            .split_once(' ')
            .expect("two numbers")
            .0
            != stats.split_once(' ').expect("two numbers").0
    });
    let (is_well, errors) = program.end().expect("its end");
    assert!(is_well, "{errors}");
    let [warning] = &*warnings(&errors) else {
        panic!("{errors}");
    };
    assert!(warning.contains("no storage space"), "{warning}");
    let copy = folder.path().join("disk.copy");
    // If there was room for half a line, there is half a line.
    let states = states_of(&copy, true);
    assert!(states.contains_key(&before) && states.contains_key(&after));
    let lost = all_lines(&copy)
        .iter()
        .filter_map(|line| line["reqtrail"]["lost"]["records"].as_u64())
        .sum::<u64>();
    assert!(lost > 0);
}

#[test]
fn a_limit_of_file_sizes_does_not_delay_calls() {
    let (server, folder) = (server(), Folder::new("bounded").expect("a folder"));
    // No record fits into 512 bytes. By default the kernel ends the process with a signal.
    let bound = r#"ulimit -f 1 && exec "$@""#;
    let mut program = program(&server, folder.path(), &["sh", "-c", bound, "sh"]);
    let warning = continues(Program::start(&mut program).expect("a program"), None);
    assert!(warning.contains("too large"), "{warning}");
}
