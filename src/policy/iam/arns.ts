/** ARNs of what a migration uses at AWS. */

/** Where a migration's things are. */
export interface AwsPlace {
  /** 'aws', 'aws-cn', 'aws-us-gov' and so on. */
  readonly partition: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** `arn('ec2', 'subnet/subnet-1')` in the place's region and account. */
export const arnOf = (place: AwsPlace, service: string, resource: string): string =>
  `arn:${place.partition}:${service}:${place.region}:${place.account}:${resource}`;

export const fileSystemArn = (place: AwsPlace, id: string): string =>
  arnOf(place, 'elasticfilesystem', `file-system/${id}`);
export const accessPointArn = (place: AwsPlace, id: string): string =>
  arnOf(place, 'elasticfilesystem', `access-point/${id}`);
export const subnetArn = (place: AwsPlace, id: string): string =>
  arnOf(place, 'ec2', `subnet/${id}`);
export const securityGroupArn = (place: AwsPlace, id: string): string =>
  arnOf(place, 'ec2', `security-group/${id}`);
export const bucketArn = ({ partition }: AwsPlace, bucket: string): string =>
  `arn:${partition}:s3:::${bucket}`;
