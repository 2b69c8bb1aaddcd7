package blob

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Environment variables that hold the keys of a bucket when the address names no key file.
const (
	EnvAccessKey = "CONGVU_S3_ACCESS_KEY"
	EnvSecretKey = "CONGVU_S3_SECRET_KEY"
)

// Open opens the store an address names:
//
//	file:///var/lib/congvu/files
//	s3://bucket?endpoint=https://s3.city.vn&region=hn&keys=/etc/congvu/s3.keys&spool=/var/spool/congvu
//
// Keys come from the file (two lines: access key, secret key; readable by its owner only) or from the environment, never
// from the address; an address with a user or password in it is refused.
func Open(ctx context.Context, address string) (Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("open file store: the address is not a URL") // its text might hold a password
	}
	if u.User != nil {
		return nil, errors.New("open file store: the address must not carry credentials")
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || u.Path == "" {
			return nil, errors.New("open file store: want file:///folder")
		}
		return OpenDisk(filepath.FromSlash(u.Path))
	case "s3":
		c, err := bucketConfig(u)
		if err != nil {
			return nil, fmt.Errorf("open file store: %w", err)
		}
		return OpenS3(ctx, c)
	}
	return nil, fmt.Errorf("open file store: unknown scheme %q", u.Scheme)
}

func bucketConfig(u *url.URL) (S3Config, error) {
	q := u.Query()
	c := S3Config{Bucket: u.Host, Endpoint: q.Get("endpoint"), Region: q.Get("region"), Spool: q.Get("spool")}
	for name := range q {
		if !strings.Contains(" endpoint region keys spool ", " "+name+" ") {
			return c, fmt.Errorf("unknown setting %q", name)
		}
	}
	if u.Path != "" && u.Path != "/" {
		return c, errors.New("a bucket has no folder")
	}
	if path := q.Get("keys"); path != "" {
		return c, c.readKeys(path)
	}
	c.AccessKey, c.SecretKey = os.Getenv(EnvAccessKey), Secret(os.Getenv(EnvSecretKey))
	return c, nil
}

func (c *S3Config) readKeys(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.Mode().Perm()&0o077 != 0 || st.Size() > 4096 {
		return fmt.Errorf("key file %s must be small and readable by its owner only", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.Fields(string(text))
	if len(lines) != 2 {
		return fmt.Errorf("key file %s must hold two lines: access key, secret key", path)
	}
	c.AccessKey, c.SecretKey = lines[0], Secret(lines[1])
	return nil
}

// Secret prints as dots whatever verb or encoder meets it.
type Secret string

func (Secret) String() string               { return "•••" }
func (Secret) GoString() string             { return "•••" }
func (Secret) MarshalText() ([]byte, error) { return []byte("•••"), nil }
