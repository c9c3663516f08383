/** ARNs of the AWS resources of a migration. */

/** The part of an ARN that all resources of a migration share. */
export interface AwsEnvironment {
  /** 'aws', 'aws-cn', 'aws-us-gov', …. */
  readonly partition: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** `arnOf(environment, 'ec2', 'subnet/subnet-1')`. */
export const arnOf = (
  { partition, region, account }: AwsEnvironment,
  service: string,
  resource: string,
): string => `arn:${partition}:${service}:${region}:${account}:${resource}`;

export const fileSystemArn = (environment: AwsEnvironment, id: string): string =>
  arnOf(environment, 'elasticfilesystem', `file-system/${id}`);
export const accessPointArn = (environment: AwsEnvironment, id: string): string =>
  arnOf(environment, 'elasticfilesystem', `access-point/${id}`);
export const subnetArn = (environment: AwsEnvironment, id: string): string =>
  arnOf(environment, 'ec2', `subnet/${id}`);
export const securityGroupArn = (environment: AwsEnvironment, id: string): string =>
  arnOf(environment, 'ec2', `security-group/${id}`);
export const bucketArn = ({ partition }: AwsEnvironment, bucket: string): string =>
  `arn:${partition}:s3:::${bucket}`;
