#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Make ./configure from configure.ac and Makefile.am; needs autoconf and automake.
cd "$(dirname "$0")" && exec autoreconf --force --install
