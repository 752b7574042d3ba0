//! Processes that fork, start others, are killed, or run out of resources.

use std::io::{Read, Write};
use std::os::fd::FromRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::*;

/// The exit code of a child that cannot do its part on this machine.
const SKIPPED: i32 = 77;

/// Forks. The child does its work, which returns whether it succeeded, and ends. Returns its process ID.
fn fork(work: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: the child runs only `work`, and ends without running anything of the parent's.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: it only ends a child that hangs.
            unsafe { libc::alarm(60) };
            let work = std::panic::AssertUnwindSafe(work);
            let is_well = std::panic::catch_unwind(work).unwrap_or(false);
            exit(i32::from(!is_well));
        }
        child => {
            assert!(child > 0, "no fork");
            // The parent still uses what the child has copied.
            std::mem::forget(work);
            child
        }
    }
}

fn exit(code: i32) -> ! {
    // SAFETY: it ends the process at once.
    unsafe { libc::_exit(code) }
}

/// Waits for a child's end. Returns its code; `None` if a signal ended it.
fn wait(child: libc::pid_t) -> Option<i32> {
    let mut status = 0;
    // SAFETY: there is room for the answer.
    let ended = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(ended, child);
    libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status))
}

fn pipe() -> (std::fs::File, std::fs::File) {
    let mut ends = [0; 2];
    // SAFETY: there is room for both.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: they were just opened.
    ends.map(|end| unsafe { std::fs::File::from_raw_fd(end) })
        .into()
}

/// Returns whether a process has files of this folder open; `false` if that is unknown.
fn has_files_of(pid: &str, folder: &Path) -> bool {
    let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    open.flatten()
        .filter_map(|entry| entry.path().read_link().ok())
        .any(|path| path.starts_with(folder))
}

#[test]
fn a_child_has_files_of_its_own() {
    let folder = TestFolder::new();
    let path = folder.path();
    let journal = open(settings(path), hooks());
    journal.append(b"{\"parent\":1}", true);
    let slot = journal.open_call(b"{\"open\":\"parent\"}").expect("a slot");
    let parent = journal.identity().clone();
    let seq = journal.next_seq();
    let child = fork(|| {
        let has_none = !has_files_of("self", path);
        slot.update(b"{\"open\":\"child\"}");
        drop(slot);
        let own = journal.identity();
        let is_own = own.pid == std::process::id() && own.pid != parent.pid;
        let begins = journal.next_seq() == 0;
        journal.append(b"{\"child\":1}", true);
        let call = journal.open_call(b"{\"open\":\"of the child\"}");
        let same = Arc::ptr_eq(&journal, &open(settings(path), hooks()));
        let written = journal.stats().written == 1;
        std::mem::forget(call);
        has_none && is_own && begins && same && written
    });
    assert_eq!(wait(child), Some(0));
    journal.append(b"{\"parent\":2}", true);
    assert_eq!(journal.next_seq(), seq + 1);
    let mut lines = lines(path);
    lines.sort();
    assert_eq!(lines, ["{\"child\":1}", "{\"parent\":1}", "{\"parent\":2}"]);
    for name in names(path) {
        let file = path.join(name.to_string());
        let is_parents = name.pid == parent.pid;
        if name.part == Part::Table {
            assert_eq!(is_alive(&file).expect("it has a lock"), is_parents);
            let text = std::fs::read_to_string(&file).expect("it is text");
            let expected = if is_parents {
                "{\"open\":\"parent\"} "
            } else {
                "{\"open\":\"of the child\"} "
            };
            assert!(text.starts_with(expected), "{}", &text[..60]);
        } else {
            let text = std::fs::read_to_string(&file).expect("it is text");
            assert_eq!(text.contains("parent"), is_parents, "{name}");
        }
    }
}

#[test]
fn a_child_does_not_make_its_dead_parent_look_alive() {
    let folder = TestFolder::new();
    let path = folder.path();
    let (mut runs, mut says_so) = pipe();
    let (mut ended, end) = pipe();
    let mut end = Some(end);
    let parent = fork(|| {
        let journal = open(settings(path), hooks());
        journal.append(b"{}", true);
        let slot = journal.open_call(b"{\"open\":1}");
        fork(|| {
            // It lives until the end of the test.
            drop(end.take());
            says_so.write_all(b"x").expect("somebody listens");
            let _ = ended.read(&mut [0]);
            drop(slot);
            drop(journal);
            true
        });
        exit(0);
    });
    assert_eq!(wait(parent), Some(0));
    runs.read_exact(&mut [0]).expect("the child runs");
    let table = table_of(path);
    assert!(!is_alive(&table).expect("it has a lock"));
    let text = std::fs::read_to_string(&table).expect("it is text");
    assert!(text.starts_with("{\"open\":1} "));
    drop(end);
    drop(ended);
}

#[test]
fn threads_that_write_do_not_block_the_children_of_others() {
    let folder = TestFolder::new();
    let path = folder.path();
    let journal = open(settings(path), hooks());
    let is_over = AtomicBool::new(false);
    let count = 60;
    let mut ends = Vec::new();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let slot = journal.open_call(b"{\"parent\":1}");
                    journal.append(b"{\"parent\":1}", true);
                    drop(slot);
                }
            });
        }
        // Journals that are opened meanwhile have locks that no child may keep.
        scope.spawn(|| {
            let mut n = 0;
            while !is_over.load(Ordering::Relaxed) {
                let other = open(settings(&path.join("other").join(n.to_string())), hooks());
                other.append(b"{}", true);
                n += 1;
            }
        });
        for n in 0..count {
            let child = fork(|| {
                let journal = open(settings(&path.join("children")), hooks());
                journal.append(format!("{{\"child\":{n}}}").as_bytes(), true);
                std::mem::forget(journal.open_call(b"{\"of\":\"a child\"}"));
                journal.stats().lost == 0
            });
            ends.push(wait(child));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(ends, vec![Some(0); count]);
    let children = path.join("children");
    assert_eq!(lines(&children).len(), count);
    for name in names(&children) {
        if name.part == Part::Table {
            let table = children.join(name.to_string());
            assert!(!is_alive(&table).expect("it has a lock"), "{name}");
        }
    }
    std::fs::remove_dir_all(&children).expect("it is removed");
    std::fs::remove_dir_all(path.join("other")).expect("it is removed");
    assert_eq!(lines(path).len() as u64, journal.stats().written);
}

#[test]
fn programs_that_are_started_get_no_files() {
    let folder = TestFolder::new();
    let journal = open(settings(folder.path()), hooks());
    journal.append(b"{}", true);
    let _slot = journal.open_call(b"{}");
    let mut program = std::process::Command::new("cat")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("cat is there");
    let (mut input, mut output) = (
        program.stdin.take().expect("a pipe"),
        program.stdout.take().expect("a pipe"),
    );
    input.write_all(b"x").expect("it reads");
    output.read_exact(&mut [0]).expect("it runs");
    assert!(!has_files_of(&program.id().to_string(), folder.path()));
    drop(input);
    program.wait().expect("it ends");
}

#[test]
fn a_killed_process_leaves_what_it_knew() {
    let folder = TestFolder::new();
    let path = folder.path();
    let child = fork(|| {
        let journal = open(settings(path), hooks());
        let first = journal
            .open_call(b"{\"call\":1,\"attempt\":1}")
            .expect("a slot");
        let second = journal
            .open_call(b"{\"call\":2,\"attempt\":1}")
            .expect("a slot");
        journal.append(b"{\"call\":2}", true);
        drop(second);
        first.update(b"{\"call\":1,\"attempt\":2}");
        // SAFETY: it ends the process.
        unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        true
    });
    assert_eq!(wait(child), None);
    let table = table_of(path);
    assert!(!is_alive(&table).expect("it has a lock"));
    // The next process keeps it.
    let journal = open(settings(path), hooks());
    journal.append(b"{\"next\":1}", true);
    assert_eq!(lines(path).len(), 2);
    let text = std::fs::read_to_string(&table).expect("it is text");
    let calls: Vec<_> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(calls, ["{\"call\":1,\"attempt\":2}"]);
}

#[test]
fn a_process_whose_files_are_bounded_is_not_ended_by_a_signal() {
    const BOUND: u64 = 100 << 10;
    let folder = TestFolder::new();
    let path = folder.path();
    let child = fork(|| {
        let limit = libc::rlimit {
            rlim_cur: BOUND,
            rlim_max: BOUND,
        };
        // SAFETY: the limit is only read.
        if unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) } != 0 {
            exit(SKIPPED);
        }
        let journal = open(settings(path), hooks());
        let no_table = journal.open_call(b"{}").is_none();
        journal.append("x".repeat(200 << 10).as_bytes(), true);
        for _ in 0..300 {
            journal.append("x".repeat(1000).as_bytes(), true);
        }
        let stats = journal.stats();
        no_table && stats.written == 301 && stats.lost == 1
    });
    assert_eq!(wait(child), Some(0));
    assert_eq!(lines(path).len(), 301);
    for name in names(path) {
        let metadata = std::fs::metadata(path.join(name.to_string())).expect("it is there");
        assert!(metadata.len() <= BOUND, "{name}");
    }
}

/// Mounts a tmpfs over a folder, only for this process.
#[cfg(target_os = "linux")]
fn mount(folder: &Path, size: &str) -> std::io::Result<()> {
    use std::ffi::CString;

    // SAFETY: they only return numbers.
    let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
    // SAFETY: this process has one thread.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    let folder = CString::new(folder.to_str().expect("it is text")).expect("no NUL");
    let options = CString::new(format!("size={size}")).expect("no NUL");
    // SAFETY: all texts end with a NUL.
    let mounted = unsafe {
        libc::mount(
            c"none".as_ptr(),
            folder.as_ptr(),
            c"tmpfs".as_ptr(),
            0,
            options.as_ptr().cast(),
        )
    };
    if mounted != 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_no_process_and_no_journal() {
    let folder = TestFolder::new();
    let path = folder.path();
    let child = fork(|| {
        if mount(path, "1m").is_err() {
            exit(SKIPPED);
        }
        let machine = Machine::new();
        let journal = machine.journal(settings(&path.join("journal")));
        let first = journal.open_call(b"{\"first\":1}").expect("a slot");
        let filler = path.join("filler");
        let mut rest = std::fs::File::create(&filler).expect("it is made");
        while rest.write_all(&[b'x'; 4096]).is_ok() {}
        // The table has room for all its slots.
        let slots: Vec<_> = (1..SLOTS)
            .map(|_| journal.open_call(b"{\"open\":1}"))
            .collect();
        assert!(slots.iter().all(Option::is_some));
        first.update(b"{\"first\":2}");
        for n in 0..100 {
            journal.append(format!("{{\"n\":{n}}}").as_bytes(), true);
        }
        assert!(journal.stats().is_queueing);
        assert_eq!(journal.stats().queued, 100);
        std::fs::remove_file(&filler).expect("it is removed");
        drop(rest);
        let process = journal.process.get();
        process.wait_until(|stats| {
            machine.pass(Duration::from_secs(1));
            stats.queued == 0
        });
        process.wait_until(|stats| stats.segment.is_some());
        let expected: Vec<_> = (0..100).map(|n| format!("{{\"n\":{n}}}")).collect();
        assert_eq!(lines(&path.join("journal")), expected);
        assert_eq!(journal.stats().lost, 0);

        // Without room for a table, a line is written instead.
        let journal = machine.journal(settings(&path.join("another")));
        journal.append(b"{}", true);
        let mut rest = std::fs::File::create(&filler).expect("it is made");
        rest.write_all(&[b'x'; 128 << 10])
            .expect("there is room for it");
        assert!(journal.open_call(b"{}").is_none());
        journal.append(b"{}", true);
        assert_eq!(journal.stats().written, 2);
        std::fs::remove_file(&filler).expect("it is removed");
        true
    });
    match wait(child) {
        Some(SKIPPED) => {
            // Containers may forbid it; the faults of `writing.rs` are the same.
        }
        code => assert_eq!(code, Some(0)),
    }
}

#[test]
fn processes_of_one_number_share_a_folder() {
    // Two containers each have a process 1, with one host name and one start time.
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journals = [(); 2].map(|()| machine.journal(settings(folder.path())));
    for (n, journal) in journals.iter().enumerate() {
        journal.append(format!("{{\"n\":{n}}}").as_bytes(), true);
    }
    let names = names(folder.path());
    let tables: Vec<_> = names
        .iter()
        .filter(|name| name.part == Part::Table)
        .collect();
    let [a, b] = tables.as_slice() else {
        panic!("{names:?}");
    };
    assert_eq!((a.pid, a.start_ms), (b.pid, b.start_ms));
    assert_ne!(a.random, b.random);
    let [first, second] = journals;
    drop(first);
    second.append(b"{}", true);
    assert_eq!(lines(folder.path()).len(), 3);
    assert!(is_alive(&table_of(folder.path())).expect("it has a lock"));
}
