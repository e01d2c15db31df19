module nsexec.dev

go 1.19
