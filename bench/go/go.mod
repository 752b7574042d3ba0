module github.com/reqtrail/reqtrail/bench/go

go 1.24

require (
	github.com/go-resty/resty/v2 v2.17.2
	github.com/reqtrail/reqtrail/bindings-c/go v0.0.0
)

require golang.org/x/net v0.43.0 // indirect

replace github.com/reqtrail/reqtrail/bindings-c/go => ../../bindings-c/go
