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
	os.Exit(m.Run())
}

// program is a command of congvu as a process of its own.
func program(t *testing.T, s *settings, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "CONGVU_DB="+s.DB, "CONGVU_DATA="+s.Data)
	return cmd
}
