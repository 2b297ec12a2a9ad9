/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints: rows for what does not follow the rule. The rule: PRODUCT.REGION.aliyuncs.com, inside
 * of VPCs PRODUCT-vpc.REGION.aliyuncs.com; central products have one host for all regions.
 */
#include "probes/cloud_helper/endpoint.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define DOMAIN ".aliyuncs.com"
#define FINANCE "-finance"

/* Hosts without region; NULL: by the rule. */
static const struct { const char *public, *vpc; } central[PRODUCT_COUNT] = {
	[PRODUCT_CBN] = { "cbn" DOMAIN, "cen.vpc-proxy" DOMAIN },
	[PRODUCT_PVTZ] = { "pvtz" DOMAIN, "pvtz.vpc-proxy" DOMAIN },
	[PRODUCT_NIS] = { "nis" DOMAIN, "nis.vpc-proxy" DOMAIN },
	[PRODUCT_RAM] = { "ram" DOMAIN, "ram.vpc-proxy" DOMAIN },
};

/* Public hosts that differ in a region; "*" stands for anything that holds "-finance". */
static const struct {
	int product;
	const char *region, *host;
} rows[] = {
	{ PRODUCT_ECS, "cn-hangzhou", "ecs-cn-hangzhou" DOMAIN },
	{ PRODUCT_ECS, "cn-hangzhou-finance", "ecs" DOMAIN },
	{ PRODUCT_ECS, "cn-shanghai-finance-1", "ecs-cn-hangzhou" DOMAIN },
	{ PRODUCT_ECS, "cn-shenzhen-finance-1", "ecs-cn-hangzhou" DOMAIN },
	{ PRODUCT_VPC, "cn-hangzhou", "vpc" DOMAIN },
	{ PRODUCT_VPC, "*", "vpc" DOMAIN },
	{ PRODUCT_SLB, "cn-hangzhou", "slb" DOMAIN },
	{ PRODUCT_SLB, "cn-beijing", "slb" DOMAIN },
	{ PRODUCT_SLB, "cn-shanghai", "slb" DOMAIN },
	{ PRODUCT_SLB, "cn-shenzhen", "slb" DOMAIN },
	{ PRODUCT_SLB, "cn-qingdao", "slb" DOMAIN },
	{ PRODUCT_SLB, "cn-hongkong", "slb" DOMAIN },
	{ PRODUCT_SLB, "ap-southeast-1", "slb" DOMAIN },
	{ PRODUCT_SLB, "us-east-1", "slb" DOMAIN },
	{ PRODUCT_SLB, "us-west-1", "slb" DOMAIN },
	{ PRODUCT_SLB, "*", "slb" DOMAIN },
};

/* Regions where the VPC has no endpoint of this product. */
static const struct {
	int product;
	const char *region;
} without_vpc[] = {
	{ PRODUCT_CR, "cn-heyuan" },   { PRODUCT_CR, "cn-huhehaote" },
	{ PRODUCT_CR, "cn-wulanchabu" }, { PRODUCT_ECS, "cn-hangzhou-finance" },
};

bool endpoint_region_is_sane(const char *region)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t length = strlen(region);

	return length > 0 && length <= 63 && strspn(region, letters) == length &&
	       region[0] != '-' && region[length - 1] != '-';
}

static const char *own_url(const struct plan *plan, enum cloud_product product)
{
	const struct plan_endpoints *own = &plan->endpoints;
	const char *const urls[PRODUCT_COUNT] = {
		[PRODUCT_ECS] = own->ecs, [PRODUCT_VPC] = own->vpc, [PRODUCT_CR] = own->cr,
		[PRODUCT_CBN] = own->cbn, [PRODUCT_SLB] = own->slb, [PRODUCT_NLB] = own->nlb,
		[PRODUCT_ALB] = own->alb, [PRODUCT_PVTZ] = own->pvtz, [PRODUCT_NIS] = own->nis,
		[PRODUCT_RAM] = own->ram, [PRODUCT_STS] = own->sts,
	};

	return urls[product];
}

static const char *public_row(enum cloud_product product, const char *region)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].product == (int)product &&
		    (!strcmp(rows[i].region, region) ||
		     (rows[i].region[0] == '*' && strstr(region, FINANCE))))
			return rows[i].host;
	return NULL;
}

static bool has_vpc(enum cloud_product product, const char *region)
{
	size_t i;

	for (i = 0; i < sizeof(without_vpc) / sizeof(without_vpc[0]); i++)
		if (without_vpc[i].product == (int)product &&
		    !strcmp(without_vpc[i].region, region))
			return false;
	return true;
}

static int add_own(const char *url, struct text *out)
{
	size_t length = strlen(url);

	if (strncasecmp(url, "http://", 7) && strncasecmp(url, "https://", 8))
		return -EINVAL;
	while (length && url[length - 1] == '/')
		length--;
	text_add_bytes(out, url, length);
	return text_error(out);
}

int endpoint_url(const struct plan *plan, enum cloud_product product, const char *region,
		 bool vpc, struct text *out)
{
	const char *name = cloud_products[product].name, *host = NULL;

	if (own_url(plan, product))
		return add_own(own_url(plan, product), out);
	if (!endpoint_region_is_sane(region))
		return -EINVAL;
	vpc = vpc && has_vpc(product, region);
	if (central[product].public)
		host = vpc ? central[product].vpc : central[product].public;
	else if (!vpc)
		host = public_row(product, region);
	if (host)
		text_addf(out, "https://%s", host);
	else
		text_addf(out, "https://%s%s.%s" DOMAIN, name, vpc ? "-vpc" : "", region);
	return text_error(out);
}

int endpoint_host(const char *url, struct text *out)
{
	bool secure = !strncasecmp(url, "https://", 8);
	const char *host = strstr(url, "://");
	const char *standard = secure ? ":443" : ":80";
	size_t length;

	if (!host)
		return -EINVAL;
	host += 3;
	length = strcspn(host, "/?#");
	if (length > strlen(standard) &&
	    !strncmp(host + length - strlen(standard), standard, strlen(standard)))
		length -= strlen(standard);
	if (!length || memchr(host, '@', length))
		return -EINVAL;
	text_add_bytes(out, host, length);
	return text_error(out);
}

bool endpoint_is_clear(const char *url)
{
	return !strncasecmp(url, "http://", 7) && strncasecmp(url + 7, "127.", 4) &&
	       strncasecmp(url + 7, "localhost", 9) && strncasecmp(url + 7, "[::1]", 5);
}
