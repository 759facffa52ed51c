import {
  CreateAclsRequest,
  CreateAclsResponse,
  DeleteAclsRequest,
  DeleteAclsResponse,
  DescribeAclsRequest,
  DescribeAclsResponse,
} from '@ottla/protocol';

export const CREATE_ACLS = { request: CreateAclsRequest, response: CreateAclsResponse };
export const DELETE_ACLS = { request: DeleteAclsRequest, response: DeleteAclsResponse };
export const DESCRIBE_ACLS = { request: DescribeAclsRequest, response: DescribeAclsResponse };
