// SPDX-License-Identifier: Apache-2.0
//! As layout.c, of what examples/rust declares.

#[allow(dead_code)]
#[path = "../rust/nsexec.rs"]
mod nsexec;

use nsexec::raw::{Error, Io, Options, Program};
use std::mem::{size_of, size_of_val, MaybeUninit};
use std::ptr::addr_of;

macro_rules! show {
    ($name:literal $struct:ident: $($member:ident)*) => {
        let zeros = MaybeUninit::<$struct>::zeroed();
        let it = zeros.as_ptr();
        // Safe: all zero is a value of each of them.
        unsafe {
            $(
                let offset = addr_of!((*it).$member) as usize - it as usize;
                let member = stringify!($member).trim_end_matches('_');
                println!("{}.{} {} {}", $name, member, offset, size_of_val(&(*it).$member));
            )*
        }
    };
}

fn main() {
    show!("error" Error: step err reserved subject hint);
    println!("error {}", size_of::<Error>());
    show!("options" Options: size words);
    show!("program" Program: size argv envp);
    show!("io" Io: size in_ in_bytes timeout_ms out_bytes_max status timed_out truncated);
    show!("io" Io: out out_bytes err err_bytes);
}
