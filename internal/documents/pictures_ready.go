package documents

import (
	"context"
	"sync"

	"congvu/internal/blob"
	"congvu/internal/pades"
)

// album keeps images ready to draw: reading one costs more than a signature. They are named by what they are made of, so that nothing in it
// ever grows old; at most as many as fit, about 100 KB each.
type album struct {
	sync.Mutex
	most  int
	pages map[string]*albumPage
}

type albumPage struct {
	once  sync.Once
	image *pades.Image
	err   error
}

var pictures = album{most: 512, pages: map[string]*albumPage{}}

// get gives an image, reading it when nobody has yet; whoever asks meanwhile waits for that one reading. What could not be read is forgotten.
func (a *album) get(key string, read func() ([]byte, error)) (*pades.Image, error) {
	a.Lock()
	p := a.pages[key]
	if p == nil {
		if len(a.pages) >= a.most {
			clear(a.pages)
		}
		p = &albumPage{}
		a.pages[key] = p
	}
	a.Unlock()
	p.once.Do(func() {
		var png []byte
		if png, p.err = read(); p.err == nil {
			p.image, p.err = pades.NewImage(png)
		}
	})
	if p.err != nil {
		a.Lock()
		if a.pages[key] == p {
			delete(a.pages, key)
		}
		a.Unlock()
	}
	return p.image, p.err
}

// kept gives the image of a PNG in the blob store.
func (d *Desk) kept(ctx context.Context, sha string) (*pades.Image, error) {
	ctx = context.WithoutCancel(ctx) // others may wait for the same reading
	return pictures.get("kept "+sha, func() ([]byte, error) { return blob.ReadAll(ctx, d.Blobs, sha, mostKept) })
}

// mostKept bounds an image in the blob store; the ones of bound certificates may be larger than what is uploaded today.
const mostKept = 8 << 20
