// SPDX-License-Identifier: Apache-2.0
//! Run commands inside containers from Rust, one thread a container.
//!
//!     nsexec_run PID... -- COMMAND [ARG]...
//!
//!     rustc --edition 2021 nsexec_run.rs $(pkg-config --libs nsexec)

mod nsexec;

use std::process::ExitCode;
use std::thread;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let end = match words.iter().position(|word| *word == "--") {
        Some(end) => end,
        None => {
            eprintln!("usage: nsexec_run PID... -- COMMAND [ARG]...");
            return ExitCode::from(2);
        }
    };
    let (pids, command) = (&words[..end], &words[end + 1..]);

    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = pids
            .iter()
            .map(|pid| scope.spawn(move || nsexec::run(&["-t", pid, "--all"], command, 10_000)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });

    let mut failed = false;
    for (pid, answer) in pids.iter().zip(answers) {
        match answer {
            Ok(o) => {
                let out = String::from_utf8_lossy(&o.out) + String::from_utf8_lossy(&o.err);
                let late = if o.timed_out { ", killed: too late" } else { "" };
                println!("{}: status {}{}: {}", pid, o.status, late, out.trim());
            }
            Err(e) => {
                failed = true;
                eprintln!("{}: {}", pid, e);
                eprintln!("{}: step {}, errno {}, {}", pid, e.step, e.errno, e.subject);
                if !e.hint.is_empty() {
                    eprintln!("{}: {}", pid, e.hint);
                }
            }
        }
    }
    ExitCode::from(failed as u8)
}
