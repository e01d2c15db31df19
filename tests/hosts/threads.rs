// SPDX-License-Identifier: Apache-2.0
//! Rust with threads of its standard library.  See report.h for what it prints.
use std::os::raw::c_int;
use std::process::{exit, Command};
use std::sync::{Arc, Barrier};
use std::{env, fs, thread};

const THREADS: usize = 4;
const KINDS: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
const SIGUSR1: c_int = 10;
const SIGTERM: c_int = 15;
const SIG_BLOCK: c_int = 0;

/// As large as any C library's.
#[repr(C)]
struct SignalSet([u64; 16]);

extern "C" {
    fn getuid() -> u32;
    fn sigaddset(set: *mut SignalSet, signal: c_int) -> c_int;
    fn sigprocmask(how: c_int, set: *const SignalSet, old: *mut SignalSet) -> c_int;
    fn sigwait(set: *const SignalSet, signal: *mut c_int) -> c_int;
}

fn list(directory: &str) -> Vec<String> {
    match fs::read_dir(directory) {
        Ok(entries) => entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect(),
        Err(_) => Vec::new(),
    }
}

fn report() {
    let tasks = list("/proc/self/task");
    for task in &tasks {
        for kind in KINDS {
            if let Ok(link) = fs::read_link(format!("/proc/self/task/{task}/ns/{kind}")) {
                let text = link.to_string_lossy();
                let inode = text.split(['[', ']']).nth(1).unwrap_or("?");
                println!("ns {task} {kind} {inode}");
            }
        }
    }
    if tasks.is_empty() {
        println!("noproc");
    } else {
        println!("threads {}", tasks.len());
    }
    println!("pid {}", std::process::id());
    println!("uid {}", unsafe { getuid() });
    for (name, value) in env::vars() {
        if name.starts_with("NSEXEC") || name == "LD_PRELOAD" {
            println!("env {name}={value}");
        }
    }
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    println!("hostname {}", name.trim());
    if !tasks.is_empty() {
        let fds: Vec<String> = list("/proc/self/fd")
            .into_iter()
            .filter(|fd| fs::symlink_metadata(format!("/proc/self/fd/{fd}")).is_ok())
            .collect();
        println!("fds {}", fds.join(" "));
    }
    println!("done");
}

fn child() -> i32 {
    let child = Command::new("sh")
        .args(["-c", "env; readlink /proc/self/ns/net"])
        .output()
        .expect("sh");
    for line in String::from_utf8_lossy(&child.stdout).lines() {
        println!("child {line}");
    }
    child.status.code().unwrap_or(1)
}

fn sleep(set: &SignalSet) -> i32 {
    println!("ready");
    let mut signal: c_int = 0;
    while unsafe { sigwait(set, &mut signal) } == 0 {
        if signal == SIGTERM {
            println!("got TERM");
            return 43;
        }
        println!("got USR1");
    }
    1
}

fn main() {
    let mut set = SignalSet([0; 16]);
    unsafe {
        sigaddset(&mut set, SIGUSR1);
        sigaddset(&mut set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, std::ptr::null_mut());
    }
    let everyone_lives = Arc::new(Barrier::new(THREADS + 1));
    for _ in 0..THREADS {
        let barrier = Arc::clone(&everyone_lives);
        thread::spawn(move || {
            barrier.wait();
            loop {
                thread::park();
            }
        });
    }
    everyone_lives.wait();
    report();
    let args: Vec<String> = env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("exit") => exit(args[2].parse().unwrap_or(1)),
        Some("child") => exit(child()),
        Some("sleep") => exit(sleep(&set)),
        _ => {}
    }
}
