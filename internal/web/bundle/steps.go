package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// engines are the oldest browsers the pages must work in: the last Chrome for Windows 7, and two long-lived releases.
var engines = []api.Engine{{Name: api.EngineChrome, Version: "109"}, {Name: api.EngineFirefox, Version: "115"}, {Name: api.EngineSafari, Version: "16"}}

// addStatic takes fonts and drawings as they are.
func addStatic(out outputs) error {
	for _, subset := range []string{"vietnamese", "latin"} {
		content, err := os.ReadFile(vendored("@fontsource-variable/inter/files/inter-" + subset + "-wght-normal.woff2"))
		if err != nil {
			return err
		}
		out.add("inter-"+subset+".woff2", content)
	}
	seal, err := os.ReadFile(filepath.Join(assetsDir, "seal.svg"))
	if err != nil {
		return err
	}
	out.add("seal.svg", seal)
	return nil
}

var svgNoise = regexp.MustCompile(`(?s)<!--.*?-->|<svg[^>]*>|</svg>|<path stroke="none"[^>]*/>`)

// addIcons makes one sprite of the icons named in icons.txt.
func addIcons(out outputs) error {
	list, err := os.ReadFile(filepath.Join(assetsDir, "icons.txt"))
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	for _, name := range strings.Fields(string(list)) {
		svg, err := os.ReadFile(vendored("@tabler/icons/icons/outline/" + name + ".svg"))
		if err != nil {
			return fmt.Errorf("icon %q: %w", name, err)
		}
		inside := strings.Join(strings.Fields(svgNoise.ReplaceAllString(string(svg), "")), " ")
		fmt.Fprintf(&b, `<symbol id="%s" viewBox="0 0 24 24">%s</symbol>`, name, inside)
	}
	b.WriteString(`</svg>`)
	out.add("icons.svg", []byte(b.String()))
	return nil
}

// addViewerParts takes pdf.js's worker and, in one folder named by their common hash because the worker asks for them
// by name, its decoders.
func addViewerParts(out outputs) error {
	worker, err := os.ReadFile(vendored("pdfjs-dist/legacy/build/pdf.worker.min.mjs"))
	if err != nil {
		return err
	}
	out.add("pdf.worker.mjs", regexp.MustCompile(`(?m)^//# sourceMappingURL=.*$`).ReplaceAll(worker, nil))
	var all []byte
	decoders := map[string][]byte{}
	for _, name := range []string{"jbig2.wasm", "openjpeg.wasm", "qcms_bg.wasm"} {
		content, err := os.ReadFile(vendored("pdfjs-dist/wasm/" + name))
		if err != nil {
			return err
		}
		decoders[name], all = content, append(all, content...)
	}
	for name, content := range decoders {
		out["wasm/"+name] = output{"wasm-" + hash(all) + "/" + name, content}
	}
	return nil
}

// addBundles runs esbuild over the style sheet and the modules. Parts shared by two modules become chunks.
func addBundles(out outputs) error {
	r := api.Build(api.BuildOptions{
		EntryPoints: []string{"css/app.css", "js/app.js"}, AbsWorkingDir: mustAbs(assetsDir), Outdir: "out",
		EntryNames: "[name]-[hash]", ChunkNames: "[name]-[hash]", PublicPath: "/assets", Metafile: true,
		Bundle: true, Splitting: true, Format: api.FormatESModule, Engines: engines,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, LegalComments: api.LegalCommentsNone,
		NodePaths: []string{mustAbs(vendored(""))}, External: []string{"/assets/*"},
		Define:   map[string]string{"__PARTS__": partsFor(out)},
		Plugins:  []api.Plugin{assetURLs(out)},
		LogLevel: api.LogLevelWarning,
	})
	if len(r.Errors) > 0 {
		return fmt.Errorf("esbuild: %d errors", len(r.Errors))
	}
	entry, err := entryNames(r.Metafile)
	if err != nil {
		return err
	}
	for _, f := range r.OutputFiles {
		name := path.Base(filepath.ToSlash(f.Path))
		logical := entry[name]
		if logical == "" {
			logical = name
		}
		out[logical] = output{name, f.Contents}
	}
	return nil
}

// partsFor tells the modules the addresses of files they ask for by name.
func partsFor(out outputs) string {
	text, _ := json.Marshal(map[string]string{
		"worker": "/assets/" + out["pdf.worker.mjs"].path,
		"wasm":   "/assets/" + path.Dir(out["wasm/jbig2.wasm"].path) + "/",
	})
	return string(text)
}

// assetURLs lets the style sheet say url("asset:inter-latin.woff2").
func assetURLs(out outputs) api.Plugin {
	return api.Plugin{Name: "asset", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `^asset:`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			f, ok := out[strings.TrimPrefix(a.Path, "asset:")]
			if !ok {
				return api.OnResolveResult{}, fmt.Errorf("no asset %q", a.Path)
			}
			return api.OnResolveResult{Path: "/assets/" + f.path, External: true}, nil
		})
	}}
}

// entryNames maps the hashed base names of entry points and of the viewer's chunk to their logical names.
func entryNames(metafile string) (map[string]string, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string `json:"entryPoint"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for file, o := range meta.Outputs {
		if o.EntryPoint != "" {
			names[path.Base(file)] = path.Base(o.EntryPoint)
		}
	}
	return names, nil
}

// addServiceWorker writes the worker with the list of what it keeps: the shell of every page, never a document.
func addServiceWorker(out outputs) error {
	source, err := os.ReadFile(filepath.Join(assetsDir, "js", "service-worker.js"))
	if err != nil {
		return err
	}
	shell := []string{"/offline"}
	for name, f := range out {
		if !strings.HasPrefix(name, "wasm/") && !strings.HasPrefix(name, "pdf.") && !strings.HasPrefix(name, "viewer") && name != "pdf.js" {
			shell = append(shell, "/assets/"+f.path)
		}
	}
	slices.Sort(shell)
	list, _ := json.Marshal(shell)
	r := api.Transform(string(source), api.TransformOptions{Engines: engines, MinifyWhitespace: true, MinifySyntax: true,
		Define: map[string]string{"__SHELL__": string(list), "__VERSION__": fmt.Sprintf("%q", hash(list))}})
	if len(r.Errors) > 0 {
		return fmt.Errorf("service worker: %v", r.Errors)
	}
	out["sw.js"] = output{"sw.js", r.Code}
	return nil
}

func mustAbs(p string) string {
	abs, err := filepath.Abs(p)
	if err != nil {
		panic(err) // no working directory
	}
	return abs
}
