package web

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// componentWith is a component with its children: pages are put together in Go where a form is a list of fields.
type componentWith struct{ outer, inner templ.Component }

func (c componentWith) Render(ctx context.Context, w io.Writer) error {
	return c.outer.Render(templ.WithChildren(ctx, c.inner), w)
}
