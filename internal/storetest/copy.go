package storetest

import (
	"os"
	"testing"
)

// Copy makes a copy of a database of the test's server, which nobody may be using, and gives its address; it is dropped after the test.
func Copy(t testing.TB, from string) string {
	t.Helper()
	return postgres(t, os.Getenv("CONGVU_TEST_DB"), from)
}
