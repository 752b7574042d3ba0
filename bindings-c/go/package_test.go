package reqtrail

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// These tests build programs as a user does: in an empty module that only requires the package, without a network.

const consumer = `package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

func main() {
	client, err := reqtrail.NewClient(reqtrail.Config{BaseURL: os.Args[1], NoProxy: true, MaxAttempts: 1})
	if err != nil {
		panic(err)
	}
	defer client.Close()
	_, err = client.Get(context.Background(), "/anything")
	var failed *reqtrail.Error
	fmt.Println(errors.As(err, &failed), failed.RequestID, reqtrail.LibraryVersion() == reqtrail.Version)
}
`

// module makes a module that requires the package from a folder.
func module(t *testing.T, from string) string {
	t.Helper()
	folder := t.TempDir()
	text := fmt.Sprintf("module example.com/consumer\n\ngo 1.24\n\nrequire github.com/reqtrail/reqtrail/bindings-c/go v0.0.0\n\n"+
		"replace github.com/reqtrail/reqtrail/bindings-c/go => %s\n", from)
	write(t, filepath.Join(folder, "go.mod"), text)
	return folder
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, folder string, environment []string, words ...string) string {
	t.Helper()
	command := exec.Command(words[0], words[1:]...)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOEXPERIMENT=", "GOWORK=off")
	command.Env = append(command.Env, environment...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
	}
	return string(out)
}

func overloaded(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "req_1")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func packaging(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds programs; not with -short")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return here
}

func TestAnEmptyModuleWithTheArchive(t *testing.T) {
	folder := module(t, packaging(t))
	write(t, filepath.Join(folder, "main.go"), consumer)
	run(t, folder, nil, "go", "build", "-o", "consumer", ".")
	equal(t, run(t, folder, nil, "./consumer", overloaded(t)), "true req_1 true\n")
	// The program contains the library and its unwinder.
	if needs := run(t, folder, nil, "ldd", "./consumer"); strings.Contains(needs, "libreqtrail") || strings.Contains(needs, "libgcc_s") {
		t.Fatal(needs)
	}
	// Vendoring keeps the archive and the header.
	run(t, folder, nil, "go", "mod", "vendor")
	run(t, folder, []string{"GOFLAGS=-mod=vendor"}, "go", "build", "-o", "vendored", ".")
	equal(t, run(t, folder, nil, "./vendored", overloaded(t)), "true req_1 true\n")
}

func TestAnEmptyModuleWithAnInstalledLibrary(t *testing.T) {
	here := packaging(t)
	prefix := os.Getenv("REQTRAIL_PREFIX")
	if prefix == "" {
		t.Fatal("REQTRAIL_PREFIX must name where libreqtrail is installed; scripts/test-go.sh does that")
	}
	// Only the package, without the repository around it or an archive in it.
	alone := filepath.Join(t.TempDir(), "package")
	if err := os.CopyFS(alone, only{os.DirFS(here)}); err != nil {
		t.Fatal(err)
	}
	folder := module(t, alone)
	write(t, filepath.Join(folder, "main.go"), consumer)
	installed := []string{"PKG_CONFIG_PATH=" + prefix + "/lib/pkgconfig", "LD_LIBRARY_PATH=" + prefix + "/lib"}
	run(t, folder, installed, "go", "build", "-tags", "reqtrail_pkgconfig", "-o", "consumer", ".")
	equal(t, run(t, folder, installed, "./consumer", overloaded(t)), "true req_1 true\n")
	if needs := run(t, folder, installed, "ldd", "./consumer"); !strings.Contains(needs, prefix+"/lib/libreqtrail.so") {
		t.Fatal(needs)
	}
}

// TestTheBuildSaysWhatIsMissing builds where the package cannot be built. One line says what to do.
func TestTheBuildSaysWhatIsMissing(t *testing.T) {
	here := packaging(t)
	alone := filepath.Join(t.TempDir(), "package")
	if err := os.CopyFS(alone, only{os.DirFS(here)}); err != nil {
		t.Fatal(err)
	}
	cross := "arm64"
	if runtime.GOARCH == cross {
		cross = "amd64"
	}
	for _, one := range []struct {
		from        string
		environment []string
		says        string
	}{
		{here, []string{"CGO_ENABLED=0"}, "reqtrail binds libreqtrail by cgo, which is off: set CGO_ENABLED=1"},
		{here, []string{"GOARCH=" + cross, "CGO_ENABLED="}, "and CC to a C compiler for the target"},
		{here, []string{"GOOS=windows", "CGO_ENABLED=0"}, "reqtrail binds libreqtrail by cgo"},
		{alone, nil, "libreqtrail.a is missing: use a release's tag, or run scripts/go_archive.sh PREFIX in a checkout"},
	} {
		folder := module(t, one.from)
		write(t, filepath.Join(folder, "main.go"), consumer)
		command := exec.Command("go", "build", "-o", "consumer", ".")
		command.Dir = folder
		command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOEXPERIMENT=", "GOWORK=off")
		command.Env = append(command.Env, one.environment...)
		out, err := command.CombinedOutput()
		if err == nil || !strings.Contains(string(out), one.says) || strings.Count(string(out), "\n") > 4 {
			t.Errorf("%v: %v\n%s", one.environment, err, out)
		}
	}
}

// only returns a copy of the package without the archives.
type only struct{ fs.FS }

func (o only) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	var kept []fs.DirEntry
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".a") {
			kept = append(kept, entry)
		}
	}
	return kept, err
}

// TestTheTestsOfThePage runs the tests in docs/testing.md, in a module like a user's.
func TestTheTestsOfThePage(t *testing.T) {
	folder := module(t, packaging(t))
	tests, err := os.ReadFile("../../docs/testing/testing_test.go")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "testing_test.go"), string(tests))
	run(t, folder, nil, "go", "vet", ".")
	if formatted := run(t, folder, nil, "gofmt", "-l", "."); formatted != "" {
		t.Error("docs/testing/testing_test.go is not formatted")
	}
	if out := run(t, folder, nil, "go", "test", "-v", "."); strings.Count(out, "--- PASS: ") != 5 {
		t.Error(out)
	}
}

// TestTheTestKitIsKeptApart checks that a program without tests does not import package testing.
func TestTheTestKitIsKeptApart(t *testing.T) {
	folder := module(t, packaging(t))
	write(t, filepath.Join(folder, "main.go"), consumer)
	for _, needed := range strings.Fields(run(t, folder, nil, "go", "list", "-deps", ".")) {
		if needed == "testing" || strings.HasSuffix(needed, "/reqtrailtest") {
			t.Error(needed)
		}
	}
}

// TestTheProgramsOfThePages builds every whole program on the pages. It runs the tests among them, and the programs
// that have their own server, whose output it compares.
func TestTheProgramsOfThePages(t *testing.T) {
	here := packaging(t)
	folder := module(t, here)
	number := 0
	for _, page := range []string{"README.md", "../../README.md", "../../docs/go/from-net-http.md", "../../docs/go/openstack.md", "../../docs/why-did-my-server-action-fail.md", "../../docs/why-did-my-volume-fail.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "```go\n")[1:] {
			program, rest, _ := strings.Cut(block, "```")
			isTest := strings.Contains(program, "func Test")
			if !strings.HasPrefix(program, "package main") && !isTest {
				t.Errorf("%s: not a whole program:\n%s", page, program)
			}
			number++
			one := filepath.Join(folder, fmt.Sprint("p", number))
			if err := os.Mkdir(one, 0o755); err != nil {
				t.Fatal(err)
			}
			file := "main.go"
			if isTest {
				file = "main_test.go"
			}
			write(t, filepath.Join(one, file), program)
			run(t, one, nil, "go", "vet", ".")
			if formatted := run(t, one, nil, "gofmt", "-l", "."); formatted != "" {
				t.Errorf("%s: program %d is not formatted", page, number)
			}
			if isTest {
				run(t, one, nil, "go", "test", ".")
			}
			if !strings.Contains(program, "httptest.NewServer") {
				continue
			}
			out := run(t, one, nil, "go", "run", ".")
			_, shown, _ := strings.Cut(rest, "```text\n")
			first, _, _ := strings.Cut(shown, "\n")
			if first == "" || !strings.HasPrefix(out, first[:len("ask support")]) {
				t.Errorf("%s: program %d printed\n%s", page, number, out)
			}
		}
	}
	if number < 4 {
		t.Errorf("the pages have %d programs", number)
	}
}
