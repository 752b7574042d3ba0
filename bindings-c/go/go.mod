module github.com/reqtrail/reqtrail/bindings-c/go

go 1.24
