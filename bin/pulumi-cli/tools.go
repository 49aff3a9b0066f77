//go:build tools

// Package tools makes `go mod tidy` keep what the Pulumi CLI is built of: cli/pulumi/build-cli.ts.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
