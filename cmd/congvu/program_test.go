package main

import (
	"os"
	"os/exec"
	"testing"
)

// The test binary is the program itself when this is set: tests that kill servers need no second build.
const asProgram = "CONGVU_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	if way := os.Getenv(asRelay); way != "" {
		tunnel(way)
	}
	os.Exit(m.Run())
}

// program is a command of congvu as a process of its own.
func program(t *testing.T, s *settings, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(ownPath(t), args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "CONGVU_DB="+s.DB, "CONGVU_DATA="+s.Data)
	return cmd
}

func ownPath(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
