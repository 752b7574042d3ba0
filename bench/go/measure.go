package main

import (
	"encoding/json"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// figures are what one client came to in one window.
type figures struct {
	RPS   float64 `json:"rps"`
	CPUus float64 `json:"cpu_us"`
	RSSmb float64 `json:"rss_mb"`
}

// warmup is how many calls each worker makes before the window.
const warmup = 50

func measure(name string, concurrency int, window time.Duration, url string) error {
	call, err := client(name, concurrency, url)
	if err != nil {
		return err
	}
	var failed atomic.Value
	var calls atomic.Int64
	var stop atomic.Bool
	var warm, done sync.WaitGroup
	begin := make(chan struct{})
	for range concurrency {
		warm.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			for range warmup {
				if err := call(); err != nil {
					failed.Store(err)
				}
			}
			warm.Done()
			<-begin
			for !stop.Load() {
				if err := call(); err != nil {
					failed.Store(err)
					return
				}
				calls.Add(1)
			}
		}()
	}
	warm.Wait()
	cpu, began := cpuTime(), time.Now()
	close(begin)
	time.AfterFunc(window, func() { stop.Store(true) })
	done.Wait()
	took, used := time.Since(began), cpuTime()-cpu
	if err, ok := failed.Load().(error); ok {
		return err
	}
	made := float64(calls.Load())
	return json.NewEncoder(os.Stdout).Encode(figures{
		RPS:   made / took.Seconds(),
		CPUus: float64(used.Microseconds()) / made,
		RSSmb: float64(usage().Maxrss) / 1024,
	})
}

func usage() syscall.Rusage {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage
}

func cpuTime() time.Duration {
	used := usage()
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
