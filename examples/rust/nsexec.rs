// SPDX-License-Identifier: Apache-2.0
//! As much of libnsexec as it takes to run a command inside a container: `nsexec::run`.

use std::ffi::{CStr, CString};
use std::fmt;
use std::os::raw::{c_char, c_int, c_void};
use std::ptr::null;

/// The declarations of nsexec.h.
///
/// Structs that are handed in begin with their size, and may end anywhere: what comes
/// behind the members that are used here is as if it were zero.
pub mod raw {
    use super::*;

    #[repr(C)]
    pub struct Error {
        pub step: [c_char; 16],
        pub err: c_int,
        pub reserved: c_int,
        pub subject: [c_char; 184],
        pub hint: [c_char; 256],
    }

    #[repr(C)]
    pub struct Options {
        pub size: usize,
        pub words: *const *const c_char,
    }

    #[repr(C)]
    pub struct Program {
        pub size: usize,
        pub argv: *const *const c_char,
        pub envp: *const *const c_char,
    }

    #[repr(C)]
    pub struct Io {
        pub size: usize,
        pub in_: *const c_void,
        pub in_bytes: usize,
        pub timeout_ms: c_int,
        pub out_bytes_max: usize,
        pub status: c_int,
        pub timed_out: c_int,
        pub truncated: c_int,
        pub out: *mut c_char,
        pub out_bytes: usize,
        pub err: *mut c_char,
        pub err_bytes: usize,
    }

    #[link(name = "nsexec")]
    extern "C" {
        pub fn nsexec_run(
            how: *const Options,
            program: *const Program,
            io: *mut Io,
            e: *mut Error,
        ) -> c_int;
        pub fn nsexec_io_free(io: *mut Io);
        pub fn nsexec_error_text(e: *const Error, buf: *mut c_char, size: usize) -> usize;
    }
}

/// The command was not run: step, errno and subject say why, hint what may help.
#[derive(Debug)]
pub struct Error {
    pub step: String,
    pub errno: i32,
    pub subject: String,
    pub hint: String,
    text: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

/// How it ended, as a shell has it, and what it printed.
#[derive(Debug)]
pub struct Output {
    pub status: i32,
    pub timed_out: bool,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

/// Runs `argv`; options are those of nsexec(1).  Any thread may call this.
///
/// Panics where a string has a NUL byte in it.
pub fn run(options: &[&str], argv: &[&str], timeout_ms: i32) -> Result<Output, Error> {
    let words = Strings::new(options);
    let args = Strings::new(argv);
    let how = raw::Options { size: std::mem::size_of::<raw::Options>(), words: words.as_ptr() };
    let program = raw::Program {
        size: std::mem::size_of::<raw::Program>(),
        argv: args.as_ptr(),
        envp: null(),
    };
    // Safe: all zero is a value of both, and what they point to lives until the end.
    unsafe {
        let mut io: raw::Io = std::mem::zeroed();
        let mut e: raw::Error = std::mem::zeroed();
        io.size = std::mem::size_of::<raw::Io>();
        io.timeout_ms = timeout_ms;
        if raw::nsexec_run(&how, &program, &mut io, &mut e) != 0 {
            return Err(error_of(&e));
        }
        let signal = io.status & 0x7f;
        let output = Output {
            status: if signal != 0 { 128 + signal } else { io.status >> 8 },
            timed_out: io.timed_out != 0,
            out: std::slice::from_raw_parts(io.out as *const u8, io.out_bytes).to_vec(),
            err: std::slice::from_raw_parts(io.err as *const u8, io.err_bytes).to_vec(),
        };
        raw::nsexec_io_free(&mut io);
        Ok(output)
    }
}

/// A list of strings for C, and what owns them.
struct Strings {
    _owned: Vec<CString>,
    list: Vec<*const c_char>,
}

impl Strings {
    fn new(items: &[&str]) -> Strings {
        let owned: Vec<CString> = items.iter().map(|s| CString::new(*s).unwrap()).collect();
        let mut list: Vec<*const c_char> = owned.iter().map(|s| s.as_ptr()).collect();
        list.push(null());
        Strings { _owned: owned, list }
    }

    fn as_ptr(&self) -> *const *const c_char {
        self.list.as_ptr()
    }
}

fn text_of(chars: &[c_char]) -> String {
    // Safe: the library ends every text by NUL.
    unsafe { CStr::from_ptr(chars.as_ptr()) }.to_string_lossy().into_owned()
}

fn error_of(e: &raw::Error) -> Error {
    let mut whole = [0 as c_char; 512];
    unsafe { raw::nsexec_error_text(e, whole.as_mut_ptr(), whole.len()) };
    Error {
        step: text_of(&e.step),
        errno: e.err,
        subject: text_of(&e.subject),
        hint: text_of(&e.hint),
        text: text_of(&whole),
    }
}
