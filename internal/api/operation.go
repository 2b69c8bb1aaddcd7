package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"congvu/internal/client"
	"congvu/internal/store"
)

// body is an answer in JSON.
type body[T any] struct{ Body T }

// versioned is an answer with the revision of its row as its ETag.
type versioned[T any] struct {
	ETag string `header:"ETag" doc:"Phiên bản của dòng dữ liệu"`
	Body T
}

type nothing struct{}

// One names one thing in the address. What is no number names nothing.
type One struct {
	ID string `path:"id" maxLength:"19" doc:"Mã định danh" example:"123456789"`
}

func (o One) id() int64 {
	id, err := client.ParseID(o.ID)
	if err != nil {
		return 0 // no row has it: the room answers that nothing was found, as for any other stranger
	}
	return int64(id)
}

// act is an act upon one thing with a form.
type act[B any] struct {
	One
	Body B
}

// operation is what the tables of routes say of one operation.
type operation struct {
	method, path, id, tag, summary string
	public                         bool
	status                         int // 0 = 200, or 204 when nothing is answered
}

func (d *door) register(o operation) huma.Operation {
	d.routes = append(d.routes, Route{Method: o.method, Path: Prefix + o.path, OperationID: o.id, Public: o.public})
	op := huma.Operation{Method: o.method, Path: o.path, OperationID: o.id, Tags: []string{o.tag}, Summary: o.summary, DefaultStatus: o.status,
		MaxBodyBytes: mostJSON, BodyReadTimeout: 30 * time.Second, Metadata: map[string]any{"public": o.public}}
	if o.public {
		op.Security = []map[string][]string{}
	}
	op.Parameters = append(op.Parameters, &huma.Param{Name: "Accept-Language", In: "header", Description: "Ngôn ngữ của các câu trả lời: vi (mặc định) hoặc en", Schema: &huma.Schema{Type: huma.TypeString}})
	if !o.public {
		op.Parameters = append(op.Parameters, &huma.Param{Name: headerPost, In: "header", Description: "Vị trí dùng cho yêu cầu này, khi người dùng giữ nhiều vị trí", Schema: &huma.Schema{Type: huma.TypeString}})
	}
	return op
}

// ask registers an operation that answers with a value.
func ask[I, O any](d *door, o operation, f func(ctx context.Context, c *call, in *I) (O, error)) {
	huma.Register(d.huma, d.register(o), func(ctx context.Context, in *I) (*body[O], error) {
		c := callOf(ctx)
		ctx, stop := context.WithTimeout(ctx, slowest)
		defer stop()
		v, err := f(ctx, c, in)
		if err != nil {
			return nil, d.refuse(c, err)
		}
		return &body[O]{v}, nil
	})
}

// askVersion is ask for one row that two may edit: its revision is the ETag.
func askVersion[I, O any](d *door, o operation, f func(ctx context.Context, c *call, in *I) (O, int64, error)) {
	huma.Register(d.huma, d.register(o), func(ctx context.Context, in *I) (*versioned[O], error) {
		c := callOf(ctx)
		ctx, stop := context.WithTimeout(ctx, slowest)
		defer stop()
		v, revision, err := f(ctx, c, in)
		if err != nil {
			return nil, d.refuse(c, err)
		}
		return &versioned[O]{etag(revision), v}, nil
	})
}

// do registers an act that answers with nothing (204).
func do[I any](d *door, o operation, f func(ctx context.Context, c *call, in *I) error) {
	if o.status == 0 {
		o.status = http.StatusNoContent
	}
	huma.Register(d.huma, d.register(o), func(ctx context.Context, in *I) (*nothing, error) {
		c := callOf(ctx)
		ctx, stop := context.WithTimeout(ctx, slowest)
		defer stop()
		if err := f(ctx, c, in); err != nil {
			return nil, d.refuse(c, err)
		}
		return nil, nil
	})
}

// write runs one act of a room in one transaction.
func write(ctx context.Context, d *door, c *call, f func(tx *store.Tx) error) error {
	return d.DB.Write(ctx, c.actor, f)
}

// stream registers an operation that reads or writes files itself: nothing of it is held in memory.
func (d *door) stream(o operation, describe func(op *huma.Operation), f func(c *call, w http.ResponseWriter, r *http.Request) error) {
	op := d.register(o)
	op.Responses = map[string]*huma.Response{}
	describe(&op)
	op.Responses["default"] = d.refusalAnswer()
	d.huma.OpenAPI().AddOperation(&op)
	d.huma.Adapter().Handle(&op, d.huma.Middlewares().Handler(func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		r = r.WithContext(ctx.Context())
		c := callOf(r.Context())
		if err := f(c, w, r); err != nil {
			writeProblem(w, d.refuse(c, err))
		}
	}))
}

func (d *door) refusalAnswer() *huma.Response {
	return &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}}
}

// answers is the place of an operation's good answer in the document.
func answers(op *huma.Operation, status, text, media string, schema *huma.Schema) {
	op.Responses[status] = &huma.Response{Description: text, Content: map[string]*huma.MediaType{media: {Schema: schema}}}
}

func pathID(op *huma.Operation) {
	op.Parameters = append(op.Parameters, &huma.Param{Name: "id", In: "path", Required: true, Description: "Mã định danh", Schema: &huma.Schema{Type: huma.TypeString}})
}

func get(path, id, tag, summary string) operation {
	return operation{method: http.MethodGet, path: path, id: id, tag: tag, summary: summary}
}

func post(path, id, tag, summary string) operation {
	return operation{method: http.MethodPost, path: path, id: id, tag: tag, summary: summary}
}

func (o operation) with(method string, status int) operation {
	o.method, o.status = method, status
	return o
}
