package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// The methods of printableServer are all of the protocol, none embedded: a new one does not compile until its texts are considered.

func (s *printableServer) GetMetadata(ctx context.Context, req *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	resp, err := s.inner.GetMetadata(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) GetProviderSchema(ctx context.Context, req *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	resp, err := s.inner.GetProviderSchema(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) GetResourceIdentitySchemas(ctx context.Context, req *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	resp, err := s.inner.GetResourceIdentitySchemas(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	resp, err := s.inner.ValidateProviderConfig(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	resp, err := s.inner.ConfigureProvider(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := s.inner.ValidateResourceConfig(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	resp, err := s.inner.UpgradeResourceState(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := s.inner.ReadResource(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp, err := s.inner.PlanResourceChange(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := s.inner.ApplyResourceChange(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	resp, err := s.inner.ImportResourceState(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	resp, err := s.inner.MoveResourceState(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	resp, err := s.inner.UpgradeResourceIdentity(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	resp, err := s.inner.GenerateResourceConfig(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	resp, err := s.inner.ValidateDataResourceConfig(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	resp, err := s.inner.ReadDataSource(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) GetFunctions(ctx context.Context, req *tfprotov6.GetFunctionsRequest) (*tfprotov6.GetFunctionsResponse, error) {
	resp, err := s.inner.GetFunctions(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	resp, err := s.inner.ValidateEphemeralResourceConfig(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	resp, err := s.inner.OpenEphemeralResource(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	resp, err := s.inner.RenewEphemeralResource(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	resp, err := s.inner.CloseEphemeralResource(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	resp, err := s.inner.ValidateListResourceConfig(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	resp, err := s.inner.ValidateActionConfig(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	resp, err := s.inner.PlanAction(s.context(ctx), req)
	if resp != nil {
		resp.Diagnostics = printableDiagnostics(resp.Diagnostics)
	}
	return resp, printableError(err)
}

func (s *printableServer) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.inner.StopProvider(s.context(ctx), req)
	if resp != nil {
		resp.Error = printableText(resp.Error)
	}
	return resp, printableError(err)
}

func (s *printableServer) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	resp, err := s.inner.CallFunction(s.context(ctx), req)
	if resp != nil && resp.Error != nil {
		resp.Error.Text = printableText(resp.Error.Text)
	}
	return resp, printableError(err)
}

func (s *printableServer) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.inner.ListResource(s.context(ctx), req)
	if stream == nil || stream.Results == nil {
		return stream, printableError(err)
	}
	return &tfprotov6.ListResourceServerStream{Results: func(push func(tfprotov6.ListResourceResult) bool) {
		stream.Results(func(result tfprotov6.ListResourceResult) bool {
			result.DisplayName = cut(control.PrintableLine(result.DisplayName), maxLine)
			result.Diagnostics = printableDiagnostics(result.Diagnostics)
			return push(result)
		})
	}}, printableError(err)
}

func (s *printableServer) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.inner.InvokeAction(s.context(ctx), req)
	if stream == nil || stream.Events == nil {
		return stream, printableError(err)
	}
	return &tfprotov6.InvokeActionServerStream{Events: func(push func(tfprotov6.InvokeActionEvent) bool) {
		stream.Events(func(event tfprotov6.InvokeActionEvent) bool {
			switch e := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				e.Message = cut(control.PrintableLine(e.Message), maxLine)
				event.Type = e
			case tfprotov6.CompletedInvokeActionEventType:
				e.Diagnostics = printableDiagnostics(e.Diagnostics)
				event.Type = e
			}
			return push(event)
		})
	}}, printableError(err)
}
