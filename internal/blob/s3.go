package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Config names a bucket. Endpoint is a URL (https unless it says http); the zero Region lets the server decide.
type S3Config struct {
	Endpoint  string
	Bucket    string
	Region    string
	AccessKey string
	SecretKey Secret
	Spool     string // folder where a file waits until its hash is known; the system's temporary folder by default
}

// S3 keeps files in a bucket, one object per address; the key is the SHA-256. Compressed objects say so in their metadata.
type S3 struct {
	client *minio.Client
	bucket string
	spool  string
}

var _ Store = (*S3)(nil)

const (
	metaLength = "Congvu-Length" // original bytes of a compressed object
	// A repeated Put of an object older than this renews its date, so that no sweep takes it for an orphan.
	renewAfter = OrphanAge / 4
)

// OpenS3 checks that the bucket is there and ours to use. It does not create it.
func OpenS3(ctx context.Context, c S3Config) (*S3, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return nil, errors.New("open bucket: endpoint must be an http or https URL without credentials")
	}
	if c.AccessKey == "" || c.SecretKey == "" {
		return nil, errors.New("open bucket: access key and secret key are missing")
	}
	spool := c.Spool
	if spool == "" {
		spool = filepath.Join(os.TempDir(), "congvu-files-"+strconv.Itoa(os.Getuid()))
	}
	if err := os.MkdirAll(spool, 0o700); err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	if err := removeOrphans(spool); err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(c.AccessKey, string(c.SecretKey), ""),
		Secure:       u.Scheme == "https",
		Region:       c.Region,
		BucketLookup: minio.BucketLookupPath,
		MaxRetries:   3,
	})
	if err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	found, err := client.BucketExists(ctx, c.Bucket)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", c.Bucket, bucketFailure("", err))
	}
	if !found {
		return nil, fmt.Errorf("open bucket %s: %w", c.Bucket, refuse(Unreachable, "", errors.New("no such bucket")))
	}
	return &S3{client: client, bucket: c.Bucket, spool: spool}, nil
}

// bucketFailure maps the server's answer to a kind. An answer that is none (no connection, no name) is Unreachable; a
// caller who gave up stays the caller's.
func bucketFailure(sha string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	answer := minio.ToErrorResponse(err)
	switch answer.Code {
	case minio.NoSuchKey, "NotFound":
		return refuse(NotFound, sha, err)
	case "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "InsufficientStorage", "StorageFull":
		return refuse(Full, sha, err)
	case minio.EntityTooLarge:
		return refuse(TooLarge, sha, err)
	}
	switch answer.StatusCode {
	case http.StatusNotFound:
		if answer.Code != minio.NoSuchBucket {
			return refuse(NotFound, sha, err)
		}
	case http.StatusInsufficientStorage:
		return refuse(Full, sha, err)
	}
	return refuse(Unreachable, sha, err)
}

func (s *S3) Put(ctx context.Context, r io.Reader, limit int64) (Ref, error) {
	t, err := spool(ctx, s.spool, r, limit)
	if err != nil {
		return Ref{}, err
	}
	defer t.discard()
	for try := 0; ; try++ {
		err := s.upload(ctx, t)
		if err == nil {
			return t.ref, nil
		}
		if !isTaken(err) {
			return Ref{}, bucketFailure(t.ref.SHA, err)
		}
		err = s.renew(ctx, t)
		if err == nil {
			return t.ref, nil
		}
		if !errors.Is(err, NotFound) || try == 3 { // swept between the two requests: upload again
			return Ref{}, err
		}
	}
}

func (s *S3) upload(ctx context.Context, t *spooled) error {
	o := t.uploadOptions()
	o.SetMatchETagExcept("*")
	return s.send(ctx, t, o)
}

func (t *spooled) uploadOptions() minio.PutObjectOptions {
	o := minio.PutObjectOptions{ContentType: "application/octet-stream", PartSize: 64 << 20, NumThreads: 1}
	if t.compressed {
		o.UserMetadata = map[string]string{metaLength: strconv.FormatInt(t.ref.Size, 10)}
	}
	return o
}

func (s *S3) send(ctx context.Context, t *spooled, o minio.PutObjectOptions) error {
	_, err := s.client.PutObject(ctx, s.bucket, t.ref.SHA, io.NewSectionReader(t.file, 0, t.stored), t.stored, o)
	return err
}

func isTaken(err error) bool {
	answer := minio.ToErrorResponse(err)
	return answer.StatusCode == http.StatusPreconditionFailed || answer.Code == minio.PreconditionFailed ||
		answer.Code == "ConditionalRequestConflict"
}

// renew makes sure that the object already there is whole and young. A copy of another length is replaced.
func (s *S3) renew(ctx context.Context, t *spooled) error {
	st, err := s.client.StatObject(ctx, s.bucket, t.ref.SHA, minio.StatObjectOptions{})
	if err != nil {
		return bucketFailure(t.ref.SHA, err)
	}
	info, err := describeObject(st)
	if err != nil || info.Size != t.ref.Size || (info.Compressed == t.compressed && info.StoredSize != t.stored) {
		return s.replace(ctx, t)
	}
	now, err := t.file.Stat() // written a moment ago
	if err != nil {
		return err
	}
	if now.ModTime().Sub(st.LastModified) < renewAfter {
		return nil
	}
	return s.replace(ctx, t)
}

// replace writes the same bytes over the object: young again, and whole again if it was not.
func (s *S3) replace(ctx context.Context, t *spooled) error {
	return bucketFailure(t.ref.SHA, s.send(ctx, t, t.uploadOptions()))
}

func describeObject(st minio.ObjectInfo) (Info, error) {
	info := Info{SHA: st.Key, Size: st.Size, StoredSize: st.Size, ModTime: st.LastModified}
	length := st.UserMetadata[metaLength]
	if length == "" {
		return info, nil
	}
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil || n < 0 {
		return info, refuse(Damaged, st.Key, errNotOurs)
	}
	info.Size, info.Compressed = n, true
	return info, nil
}

func (s *S3) Stat(ctx context.Context, sha string) (Info, error) {
	if err := checkSHA(sha); err != nil {
		return Info{}, err
	}
	st, err := s.client.StatObject(ctx, s.bucket, sha, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, bucketFailure(sha, err)
	}
	st.Key = sha
	return describeObject(st)
}

func (s *S3) Open(ctx context.Context, sha string) (*File, error) {
	if err := checkSHA(sha); err != nil {
		return nil, err
	}
	body, info, err := s.get(ctx, sha, 0)
	if err != nil {
		return nil, err
	}
	return newFile(info, &bucketSource{ctx: ctx, store: s, info: info, first: body}), nil
}

// get asks for the stored bytes from an offset on.
func (s *S3) get(ctx context.Context, sha string, offset int64) (io.ReadCloser, Info, error) {
	var o minio.GetObjectOptions
	if offset > 0 {
		if err := o.SetRange(offset, 0); err != nil {
			return nil, Info{}, err
		}
	}
	body, st, _, err := minio.Core{Client: s.client}.GetObject(ctx, s.bucket, sha, o)
	if err != nil {
		return nil, Info{}, bucketFailure(sha, err)
	}
	st.Key = sha
	info, err := describeObject(st)
	if err != nil {
		body.Close()
		return nil, Info{}, err
	}
	return &answerBody{ReadCloser: body, sha: sha}, info, nil
}

// answerBody tells a broken connection from broken bytes.
type answerBody struct {
	io.ReadCloser
	sha string
}

func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		err = refuse(Unreachable, b.sha, err)
	}
	return n, err
}

type bucketSource struct {
	ctx   context.Context
	store *S3
	info  Info
	first io.ReadCloser // the answer that opened the file
}

func (b *bucketSource) from(offset int64) (io.ReadCloser, error) {
	body := b.first
	b.first = nil
	skip := offset
	if b.info.Compressed {
		skip = 0
	}
	if body != nil && skip > 0 {
		body.Close()
		body = nil
	}
	if body == nil {
		var err error
		if body, _, err = b.store.get(b.ctx, b.info.SHA, skip); err != nil {
			return nil, err
		}
	}
	if b.info.Compressed {
		return expand(body, offset)
	}
	return body, nil
}

func (b *bucketSource) Close() error {
	if b.first != nil {
		return b.first.Close()
	}
	return nil
}

func (s *S3) Verify(ctx context.Context, sha string) error { return verify(ctx, s, sha) }

func (s *S3) Delete(ctx context.Context, sha string) error {
	if err := checkSHA(sha); err != nil {
		return err
	}
	err := bucketFailure(sha, s.client.RemoveObject(ctx, s.bucket, sha, minio.RemoveObjectOptions{}))
	if errors.Is(err, NotFound) {
		return nil
	}
	return err
}

func (s *S3) DeleteOlder(ctx context.Context, sha string, before time.Time) (bool, error) {
	info, err := s.Stat(ctx, sha)
	if errors.Is(err, NotFound) {
		return false, nil
	}
	if err != nil && !errors.Is(err, Damaged) {
		return false, err
	}
	if err == nil && !info.ModTime.Before(before) {
		return false, nil
	}
	return true, s.Delete(ctx, sha)
}

func (s *S3) List(ctx context.Context, visit func(Info) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{}) {
		if o.Err != nil {
			return bucketFailure("", o.Err)
		}
		if !ValidSHA(o.Key) {
			continue
		}
		// A listing carries no metadata: whether the object is compressed is not known.
		if err := visit(Info{SHA: o.Key, Size: -1, StoredSize: o.Size, ModTime: o.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}
