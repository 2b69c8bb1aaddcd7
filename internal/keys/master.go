package keys

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const minSecret = 16

// MasterSecret reads dir/master.key, or writes a fresh one (32 random bytes as hex, mode 0600) on first use.
// Refuses a file that other users can read. Losing it loses every key of the Store: it belongs in the backup, apart from the keys.
func MasterSecret(dir string) ([]byte, error) {
	path := filepath.Join(dir, "master.key")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createMaster(path); err != nil {
			return nil, err
		}
		info, err = os.Stat(path)
	}
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ErrMasterExposed.with("file", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(secret) < minSecret {
		return nil, ErrWrongSecret.because("%s does not hold hex", path)
	}
	return secret, nil
}

// createMaster leaves a file that another first user wrote meanwhile: both then read the same secret.
func createMaster(path string) error {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return err
	}
	err := createFile(path, []byte(hex.EncodeToString(b)+"\n"))
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
