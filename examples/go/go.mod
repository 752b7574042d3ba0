module github.com/reqtrail/reqtrail/examples/go

go 1.24

require github.com/reqtrail/reqtrail/bindings-c/go v0.0.0

replace github.com/reqtrail/reqtrail/bindings-c/go => ../../bindings-c/go
